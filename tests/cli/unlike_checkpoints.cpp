// SPDX-License-Identifier: Apache-2.0
// What checkpoints of one run may differ in, as users have met it.
#include "checkpoint/files.hpp"
#include "program.hpp"
#include "tiny_run.hpp"

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/tensor/element.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using bouillon::dtype;
using nlohmann::json;

namespace {

using tensors = std::vector<test::stored_tensor>;

tensors read_tensors(const fs::path& directory) {
    const bouillon::checkpoint saved(directory);
    tensors read;
    for (std::size_t i = 0; i < saved.tensors().size(); ++i)
        read.push_back({saved.tensors()[i], test::as_text(test::bytes_of(saved, i))});
    return read;
}

/// Writes a checkpoint anew with more tensors.
void add_tensors(const fs::path& directory, const tensors& more) {
    auto all = read_tensors(directory);
    all.insert(all.end(), more.begin(), more.end());
    fs::remove(directory / "model.safetensors");
    test::write_tensors(directory / "model.safetensors", all);
}

/// Writes a checkpoint of F32 anew with another type.
void convert(const fs::path& directory, dtype type) {
    auto all = read_tensors(directory);
    for (auto& [tensor, bytes] : all) {
        const auto values = test::loaded<float>(test::as_bytes(bytes));
        bytes.assign(values.size() * bouillon::bytes(type), '\0');
        for (std::size_t i = 0; i < values.size(); ++i)
            bouillon::store_element(type, reinterpret_cast<std::byte*>(bytes.data()), i, values[i]);
        tensor.type = type;
    }
    fs::remove(directory / "model.safetensors");
    test::write_tensors(directory / "model.safetensors", all);
}

json config_of(const fs::path& directory) { return json::parse(read_text(directory / "config.json")); }

std::string names_of(const fs::path& directory) {
    std::string names;
    for (const auto& [tensor, bytes] : read_tensors(directory)) names += tensor.name + '\n';
    return names;
}

std::string merge_of(const tiny_run& run) {
    return "merge " + run.step(0).string() + ":0.5 " + run.step(1).string() + ":0.5 --force --out " +
           (run / "merged").string();
}

std::string search_of(const tiny_run& run) {
    return "search " + run.step(0).string() + ' ' + run.step(1).string() + " --budget 2 --force --out " +
           (run / "merged").string();
}

bool says(const program_run& ended, const std::string& text) { return ended.errors.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("checkpoints merge with themselves as a newer transformers saves them") {  // vllm#28542, DeepSpeed#8345
    const tiny_run run("cli-resaved", 2);
    auto config = config_of(run.step(1));
    config.erase("torch_dtype");
    config.update({{"dtype", "float32"},
                   {"rope_parameters", {{"rope_type", "default"}, {"rope_theta", 10000.0}}},
                   {"attention_bias", false},
                   {"mlp_bias", false},
                   {"tie_word_embeddings", false},
                   {"architectures", {"LlamaForCausalLM"}},
                   {"transformers_version", "5.24.0"}});
    test::write_text(run.step(1) / "config.json", config.dump());
    CHECK(run_program(merge_of(run)).status == 0);
    CHECK(config_of(run / "merged") == config);
    config["rope_parameters"]["rope_theta"] = 500000.0;
    test::write_text(run.step(1) / "config.json", config.dump());
    const auto refused = run_program(merge_of(run));
    CHECK(refused.status == 2);
    CHECK(
        says(refused, "/config.json: rope_parameters.rope_theta is 500000.0, but rope_theta is 10000.0 by default in"));
}

TEST_CASE("a configuration with Infinity is read and copied as it is") {  // dynamo#3043, transformers#42959
    const tiny_run run("cli-infinity", 2);
    for (std::size_t k = 0; k < 2; ++k)
        test::write_text(run.step(k) / "config.json",
                         R"({"model_type": "bamba", "time_step_limit": [0.0, Infinity],  "torch_dtype": "float32"})");
    REQUIRE(run_program(merge_of(run)).status == 0);
    CHECK(read_text(run / "merged/config.json") == read_text(run.step(1) / "config.json"));
    REQUIRE(run_program(merge_of(run) + " --dtype bf16").status == 0);
    CHECK(read_text(run / "merged/config.json") ==
          R"({"model_type": "bamba", "time_step_limit": [0.0, Infinity],  "torch_dtype": "bfloat16"})");
}

TEST_CASE("masks and frequencies that old exports hold change nothing and are counted") {  // gpt-neox#1161, #1168
    const tiny_run run("cli-buffers", 2);                                                  // transformers#35255
    const auto before = run_program("score " + run.step(0).string() + " --json --held-out " + run.held_out().string());
    const std::string names = names_of(run.step(0)), layer = "model.layers.0.self_attn.attention.";
    const std::vector<float> minus_infinity{-std::numeric_limits<float>::infinity()};
    add_tensors(run.step(0), {{{layer + "bias", dtype::boolean, {1, 1, 2, 2}}, std::string(4, '\1')},
                              {{layer + "masked_bias", dtype::f32, {}}, test::stored(minus_infinity)},
                              {{layer + "rotary_emb.inv_freq", dtype::f32, {1}}, test::stored(minus_infinity)}});
    const std::string note =
        "bouillon: left out 3 buffers that a model's configuration implies (rotary frequencies, masks)\n";
    const auto scored = run_program("score " + run.step(0).string() + " --json --held-out " + run.held_out().string());
    CHECK(scored.output == before.output);
    CHECK(says(scored, note));
    const std::vector<std::string> commands{merge_of(run), search_of(run) + " --held-out " + run.held_out().string(),
                                            search_of(run) + " --score 'echo 1 {checkpoint} >/dev/null; echo 1'"};
    for (const std::string& command : commands) {
        const auto ended = run_program(command);
        CHECK_MESSAGE(ended.status == 0, ended.errors);
        CHECK(says(ended, note));
        CHECK(names_of(run / "merged") == names);
    }
}

TEST_CASE("checkpoints of several types are merged and searched once a type is given") {  // instructlab/training#477
    const tiny_run run("cli-types", 2);
    convert(run.step(1), dtype::bf16);
    const std::string held_out = " --held-out " + run.held_out().string();
    for (const std::string& command : {merge_of(run), search_of(run) + held_out}) {
        const auto refused = run_program(command);
        CHECK(refused.status == 2);
        CHECK(says(refused, "has type BF16, but F32 in "));
        CHECK(says(refused, "(--dtype)\n"));
        const auto ended = run_program(command + " --dtype bf16 --keep-dtype '*norm*' --keep-dtype 'lm_head.*'");
        REQUIRE_MESSAGE(ended.status == 0, ended.errors);
    }
    REQUIRE(run_program(merge_of(run) + " --dtype bf16 --keep-dtype '*norm*'").status == 0);
    for (const auto& [tensor, bytes] : read_tensors(run / "merged"))
        CHECK((tensor.type == dtype::f32) == (tensor.name.find("norm") != std::string::npos));
    const auto again =
        run_program("merge --recipe " + (run / "merged").string() + " --out " + (run / "again").string());
    REQUIRE_MESSAGE(again.status == 0, again.errors);
    CHECK(read_text(run / "merged/model.safetensors") == read_text(run / "again/model.safetensors"));
    CHECK(says(run_program(merge_of(run) + " --dtype bf16 --keep-dtype router"),
               "no tensor's name fits the pattern \"router\""));
    CHECK(run_program(merge_of(run) + " --keep-dtype '*norm*'").status == 2);
}

TEST_CASE("a counter that differs is the newest's where that is asked for") {
    const tiny_run run("cli-counter", 2);
    for (std::size_t k = 0; k < 2; ++k)
        add_tensors(run.step(k), {{{"model.steps", dtype::i64, {1}},
                                   test::stored(std::vector<std::int64_t>{static_cast<std::int64_t>(100 * k)})}});
    const std::string command = "echo 1 {checkpoint} >/dev/null; echo 1";
    for (const std::string& each : {merge_of(run), search_of(run) + " --score '" + command + "'"}) {
        const auto ended = run_program(each + " --integers newest");
        REQUIRE_MESSAGE(ended.status == 0, ended.errors);
        for (const auto& [tensor, bytes] : read_tensors(run / "merged"))
            if (tensor.name == "model.steps") CHECK(bytes == test::stored(std::vector<std::int64_t>{100}));
    }
    const auto refused = run_program(merge_of(run));
    CHECK(refused.status == 2);
    CHECK(says(refused, "; a merge can have the newest's (--integers newest)\n"));
}

TEST_CASE("a stored head counts though the configuration ties it to another") {  // transformers#42612
    const tiny_run run("cli-head", 2);
    const std::string score = "score " + run.step(1).string() + " --json --held-out " + run.held_out().string();
    const auto untied = run_program(score);
    for (std::size_t k = 0; k < 2; ++k) {
        auto config = config_of(run.step(k));
        config["tie_word_embeddings"] = true;
        test::write_text(run.step(k) / "config.json", config.dump());
    }
    const auto tied = run_program(score);
    REQUIRE_MESSAGE(tied.status == 0, tied.errors);
    CHECK(tied.output == untied.output);
    REQUIRE(run_program(merge_of(run)).status == 0);
    CHECK(names_of(run / "merged") == names_of(run.step(1)));
}

TEST_CASE("placeholders that stand for weights elsewhere are refused") {
    const tiny_run run("cli-placeholders", 2);
    for (std::size_t k = 0; k < 2; ++k) add_tensors(run.step(k), {{{"model.extra.weight", dtype::f32, {0}}, ""}});
    const auto refused = run_program(merge_of(run));
    CHECK(refused.status == 2);
    CHECK(says(refused, "tensor \"model.extra.weight\" has shape [0], but the model of config.json has values there"));
}

TEST_CASE("documents with nothing to predict are left out of what is scored, and counted") {
    const tiny_run run("cli-short", 1);
    test::write_tensors(
        run / "short.safetensors",
        {{{"tokens", dtype::u32, {5}}, test::stored(std::vector<std::uint32_t>{1, 2, 3, 4, 5})},
         {{"document_offsets", dtype::i64, {5}}, test::stored(std::vector<std::int64_t>{0, 0, 2, 3, 5})}});
    const auto scored =
        run_program("score " + run.step(0).string() + " --json --held-out " + (run / "short.safetensors").string());
    REQUIRE_MESSAGE(scored.status == 0, scored.errors);
    CHECK(scored.json()[0].at("documents") == 2);
    CHECK(says(scored, "left out 2 documents of less than 2 tokens\n"));
}
