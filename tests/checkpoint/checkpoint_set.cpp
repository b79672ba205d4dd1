// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_set.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

const std::vector<test::stored_tensor> two_tensors{{{"a", dtype::f32, {2}}, "aaaaaaaa"},
                                                   {{"b", dtype::bf16, {1, 2}}, "bbbb"}};

/// The refusal of two files with these tensors, with "DIR" for their directory.
std::string refusal(const std::vector<test::stored_tensor>& first, const std::vector<test::stored_tensor>& second) {
    const test::temporary_directory directory;
    const std::vector<std::filesystem::path> paths{directory / "1.safetensors", directory / "2.safetensors"};
    test::write_tensors(paths[0], first);
    test::write_tensors(paths[1], second);
    std::string message = test::message_of<input_error>([&] { open_checkpoints(paths); });
    const std::string path = directory.path().string();
    for (auto at = message.find(path); at != std::string::npos; at = message.find(path))
        message.replace(at, path.size(), "DIR");
    return message;
}

}  // namespace

TEST_CASE("a set has the tensors that each of its checkpoints has and the newest is the last") {
    const test::temporary_directory directory;
    test::write_tensors(directory / "1.safetensors", two_tensors);
    test::write_tensors(directory / "2/model.safetensors", two_tensors);
    const std::vector<std::filesystem::path> paths{directory / "1.safetensors", directory / "2"};
    const auto checkpoints = open_checkpoints(paths);
    CHECK(checkpoints.size() == 2);
    CHECK(checkpoints[0].name() == "1.safetensors");
    CHECK(checkpoints.newest().name() == "2");
    REQUIRE(checkpoints.tensors().size() == 2);
    CHECK(checkpoints.tensors()[1] == two_tensors[1].tensor);
}

TEST_CASE("a set of no checkpoint is refused") {
    CHECK_THROWS_WITH_AS(open_checkpoints({}), "no checkpoint given", input_error);
}

TEST_CASE("checkpoints must have the same tensors") {
    CHECK(refusal(two_tensors, two_tensors) == "");
    CHECK(refusal(two_tensors, {two_tensors[0]}) ==
          "DIR/2.safetensors: has no tensor \"b\", but DIR/1.safetensors has");
    CHECK(refusal(two_tensors, {two_tensors[1]}) ==
          "DIR/2.safetensors: has no tensor \"a\", but DIR/1.safetensors has");
    CHECK(refusal({two_tensors[0]}, two_tensors) ==
          "DIR/2.safetensors: has tensor \"b\", but DIR/1.safetensors has not");
    CHECK(refusal({}, two_tensors) == "DIR/2.safetensors: has tensor \"a\", but DIR/1.safetensors has not");
}

TEST_CASE("checkpoints must agree on the shape and the type of a tensor") {
    CHECK(refusal(two_tensors, {two_tensors[0], {{"b", dtype::bf16, {2, 1}}, "bbbb"}}) ==
          "DIR/2.safetensors: tensor \"b\" has shape [2, 1], but [1, 2] in DIR/1.safetensors");
    CHECK(refusal(two_tensors, {two_tensors[0], {{"b", dtype::f16, {1, 2}}, "bbbb"}}) ==
          "DIR/2.safetensors: tensor \"b\" has type F16, but BF16 in DIR/1.safetensors; they can be merged "
          "once it is said which type the merge is to have");
}

TEST_CASE("checkpoints must be states of one model") {
    const test::temporary_directory directory;
    for (const char* name : {"1", "2"}) test::write_tensors(directory / name / "model.safetensors", two_tensors);
    test::write_text(directory / "1/config.json", R"({"vocab_size":10})");
    test::write_text(directory / "2/config.json", R"({"vocab_size":11})");
    const std::vector<std::filesystem::path> paths{directory / "1", directory / "2"};
    CHECK_THROWS_WITH_AS(open_checkpoints(paths),
                         ((directory / "2/config.json").string() + ": vocab_size is 11, but 10 in " +
                          (directory / "1/config.json").string())
                             .c_str(),
                         input_error);
}

TEST_CASE("a trajectory that PyTorch trained is a set") {
    const std::filesystem::path run = BOUILLON_EXAMPLE_DATA;
    const std::vector<std::filesystem::path> paths{run / "step-02280", run / "step-02400"};
    const auto checkpoints = open_checkpoints(paths);
    CHECK(checkpoints.newest().name() == "step-02400");
    CHECK(checkpoints.tensors().size() == 39);
}

TEST_CASE("buffers that a configuration implies are no tensors of the set, and may be in some checkpoints only") {
    const test::temporary_directory directory;
    const std::string layer = "gpt_neox.layers.0.attention.";
    const test::stored_tensor weight{{layer + "dense.weight", dtype::f16, {1}}, "ab"};
    const auto masked = [&](const std::string& minus_infinity) {
        return std::vector<test::stored_tensor>{weight,
                                                {{layer + "bias", dtype::u8, {1, 1, 2, 2}}, std::string("\1\0\1\1", 4)},
                                                {{layer + "masked_bias", dtype::f16, {}}, minus_infinity},
                                                {{layer + "rotary_emb.inv_freq", dtype::f16, {1}}, "cd"}};
    };
    test::write_tensors(directory / "old.safetensors", masked(std::string("\0\xfc", 2)));  // -inf
    test::write_tensors(directory / "older.safetensors", masked("xy"));
    test::write_tensors(directory / "new.safetensors", {weight});
    const std::vector<std::filesystem::path> paths{directory / "older.safetensors", directory / "old.safetensors",
                                                   directory / "new.safetensors"};
    const auto set = open_checkpoints(paths);
    CHECK(set.tensors() == std::vector{weight.tensor});
    CHECK(set.implied_buffers_left_out() == 3);
    CHECK(open_checkpoints(std::span(paths).last(1)).implied_buffers_left_out() == 0);
    for (const auto& item : set) CHECK(test::as_text(test::bytes_of(item, 0)) == "ab");
}

TEST_CASE("names that differ by just a prefix are told as that, and agree once it is taken off") {
    const test::temporary_directory directory;
    const std::vector<std::filesystem::path> paths{directory / "1.safetensors", directory / "2.safetensors"};
    test::write_tensors(paths[0], two_tensors);
    test::write_tensors(
        paths[1], {{{"_orig_mod.a", dtype::f32, {2}}, "aaaaaaaa"}, {{"_orig_mod.b", dtype::bf16, {1, 2}}, "bbbb"}});
    for (const bool turned : {false, true}) {
        const std::vector given{paths[turned ? 1 : 0], paths[turned ? 0 : 1]};
        try {
            open_checkpoints(given);
            FAIL("not refused");
        } catch (const prefixed_names& refused) {
            CHECK(refused.prefix == "_orig_mod.");
            CHECK(std::string(refused.what()) == paths[1].string() + ": has the tensors of " + paths[0].string() +
                                                     " behind the prefix \"_orig_mod.\"");
        }
        const auto set = open_checkpoints(given, {.prefixes = {"_orig_mod."}});
        CHECK(set.tensors().front() == two_tensors[0].tensor);
    }
}

TEST_CASE("checkpoints that hold each tensor a second time behind a prefix are a set") {
    const test::temporary_directory directory;
    const std::vector<std::filesystem::path> paths{directory / "1.safetensors", directory / "2.safetensors"};
    for (const auto& path : paths)
        test::write_tensors(path, {{{"a", dtype::u8, {1}}, "a"}, {{"ema.a", dtype::u8, {1}}, "b"}});
    CHECK(open_checkpoints(paths).tensors().size() == 2);
}

TEST_CASE("a prefix that no tensor's name has is refused") {
    const test::temporary_directory directory;
    const std::vector<std::filesystem::path> paths{directory / "1.safetensors"};
    test::write_tensors(paths[0], two_tensors);
    CHECK(test::message_of<input_error>([&] { open_checkpoints(paths, {.prefixes = {"m."}}); }) ==
          paths[0].string() + ": the prefix \"m.\" cannot be taken off: no tensor's name begins with it");
}

TEST_CASE("a configuration that is given stands for each checkpoint's own") {
    const test::temporary_directory directory;
    for (const char* const name : {"1", "2"}) test::write_tensors(directory / name / "model.safetensors", two_tensors);
    test::write_text(directory / "1/config.json", R"({"model_type": "llama", "hidden_size": 1})");
    test::write_text(directory / "2/config.json", R"({"model_type": "llama", "hidden_size": 2})");
    test::write_text(directory / "given.json", R"({"model_type": "llama", "hidden_size": 3})");
    const std::vector<std::filesystem::path> paths{directory / "1", directory / "2"};
    CHECK_THROWS_AS(open_checkpoints(paths), input_error);
    const auto set = open_checkpoints(paths, {.config = directory / "given.json"});
    CHECK(set[0].config_path() == directory / "given.json");
}
