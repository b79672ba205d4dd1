// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/hf_directory.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

std::string refusal(const std::filesystem::path& path) {
    return test::message_of<input_error>([&] { checkpoint{path}; });
}

void write_bytes(const std::filesystem::path& path, std::vector<std::string> names) {
    std::vector<test::stored_tensor> tensors;
    for (const auto& name : names) tensors.push_back({{name, dtype::u8, {name.size()}}, name});
    test::write_tensors(path, tensors);
}

/// Two shards that hold "a", "c" and "b", and the index that says so.
void write_shards(const std::filesystem::path& directory) {
    write_bytes(directory / "model-00001-of-00002.safetensors", {"a", "c"});
    write_bytes(directory / "model-00002-of-00002.safetensors", {"b"});
    test::write_text(directory / "model.safetensors.index.json", R"({"metadata":{"total_size":999},"weight_map":{
        "a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors","c":"model-00001-of-00002.safetensors"}})");
}

}  // namespace

TEST_CASE("a checkpoint is a file or a directory with that file") {
    const test::temporary_directory directory;
    write_bytes(directory / "step-1/model.safetensors", {"b", "a"});
    for (const auto& path : {directory / "step-1", directory / "step-1/", directory / "step-1/model.safetensors"}) {
        const checkpoint opened(path);
        REQUIRE(opened.tensors().size() == 2);
        CHECK(opened.tensors()[0].name == "a");
        CHECK(test::as_text(test::bytes_of(opened, 1)) == "b");
        CHECK(opened.file(0).filename() == "model.safetensors");
    }
    CHECK(checkpoint(directory / "step-1").is_directory());
    CHECK_FALSE(checkpoint(directory / "step-1/model.safetensors").is_directory());
}

TEST_CASE("a checkpoint is called by the last component of its path") {
    const test::temporary_directory directory;
    write_bytes(directory / "step-1/model.safetensors", {"a"});
    CHECK(checkpoint(directory / "step-1").name() == "step-1");
    CHECK(checkpoint(directory / "step-1/").name() == "step-1");
    CHECK(checkpoint(directory / "step-1/../step-1/.").name() == "step-1");
    CHECK(checkpoint(directory / "step-1/model.safetensors").name() == "model.safetensors");
}

TEST_CASE("only a directory has a configuration") {
    const test::temporary_directory directory;
    write_bytes(directory / "step-1/model.safetensors", {"a"});
    CHECK_FALSE(checkpoint(directory / "step-1").config_path());
    test::write_text(directory / "step-1/config.json", "{}");
    CHECK(checkpoint(directory / "step-1").config_path() == directory / "step-1/config.json");
    CHECK_FALSE(checkpoint(directory / "step-1/model.safetensors").config_path());
}

TEST_CASE("shards are read as one checkpoint whatever total_size says") {
    const test::temporary_directory directory;
    write_shards(directory.path());
    const checkpoint opened(directory.path());
    REQUIRE(opened.tensors().size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(test::as_text(test::bytes_of(opened, i)) == opened.tensors()[i].name);
    CHECK(opened.file(1).filename() == "model-00002-of-00002.safetensors");
}

TEST_CASE("a tensor is read from the shard that holds it") {
    const test::temporary_directory directory;
    write_shards(directory.path());
    const checkpoint opened(directory.path());
    for (std::size_t i = 0; i < 3; ++i) {
        std::string bytes(1, '?');
        opened.prefetch(i, 0, 1);
        opened.read(i, 0, std::as_writable_bytes(std::span(bytes)));
        CHECK(bytes == opened.tensors()[i].name);
    }
}

TEST_CASE("a tensor that the index forgot belongs to the checkpoint and is told") {
    const test::temporary_directory directory;
    write_bytes(directory / "s.safetensors", {"a", "b"});
    test::write_text(directory / "model.safetensors.index.json", R"({"weight_map":{"a":"s.safetensors"}})");
    const checkpoint opened(directory.path());
    CHECK(opened.tensors().size() == 2);
    CHECK(opened.not_in_index() == std::vector<std::string>{"b"});
    CHECK(checkpoint(directory / "s.safetensors").not_in_index().empty());
}

TEST_CASE("an index cannot lead out of its directory") {
    const test::temporary_directory directory;
    write_bytes(directory / "other.safetensors", {"a"});
    const auto inside = directory / "inside";
    for (const std::string shard : {"../other.safetensors", "/etc/other.safetensors", "sub/x.safetensors",
                                    "..\\\\other.safetensors", "..", ".", "", "x\\u0000.safetensors", "config.json"}) {
        test::write_text(inside / "model.safetensors.index.json", R"({"weight_map":{"a":")" + shard + "\"}}");
        CHECK(refusal(inside).find("which is not the plain name of a .safetensors file") != std::string::npos);
    }
}

TEST_CASE("an index that does not fit its shards is refused") {
    const test::temporary_directory directory;
    const auto index = directory / "model.safetensors.index.json";
    write_shards(directory.path());

    test::write_text(index, R"({"weight_map":{"x":"model-00002-of-00002.safetensors"}})");
    CHECK(refusal(directory.path()) == index.string() + ": tensor \"x\" is not in model-00002-of-00002.safetensors");
    test::write_text(
        index, R"({"weight_map":{"a":"model-00002-of-00002.safetensors","c":"model-00001-of-00002.safetensors"}})");
    CHECK(refusal(directory.path()) == index.string() + ": tensor \"a\" is not in model-00002-of-00002.safetensors");
    test::write_text(index, R"({"weight_map":{"a":"none.safetensors"}})");
    CHECK(refusal(directory.path()) ==
          (directory / "none.safetensors").string() + ": cannot open: No such file or directory");
}

TEST_CASE("a tensor in two shards is refused") {
    const test::temporary_directory directory;
    write_shards(directory.path());
    std::filesystem::remove(directory / "model-00002-of-00002.safetensors");
    write_bytes(directory / "model-00002-of-00002.safetensors", {"b", "c"});
    CHECK(refusal(directory.path()).find(": tensor \"c\" is in two shards") != std::string::npos);
}

TEST_CASE("an index of another form is refused") {
    const test::temporary_directory directory;
    const auto index = directory / "model.safetensors.index.json";
    for (const char* text : {"{}", R"({"weight_map":[]})", R"({"weight_map":"a"})"}) {
        test::write_text(index, text);
        CHECK(refusal(directory.path()) == index.string() + ": has no object \"weight_map\"");
    }
    test::write_text(index, R"({"weight_map":{"a":1}})");
    CHECK(refusal(directory.path()) == index.string() + ": tensor \"a\" has no file name");
    test::write_text(index, "{");
    CHECK(refusal(directory.path()) == index.string() + ": is not valid JSON in UTF-8 at byte 2");
}

TEST_CASE("a single file beside an index is ambiguous") {
    const test::temporary_directory directory;
    write_shards(directory.path());
    write_bytes(directory / "model.safetensors", {"a"});
    CHECK(refusal(directory.path()) == directory.path().string() +
                                           ": holds both model.safetensors and model.safetensors.index.json; remove "
                                           "the one that is not the checkpoint");
}

TEST_CASE("what is no checkpoint is refused with what to do") {
    const test::temporary_directory directory;
    CHECK(refusal(directory / "none") == (directory / "none").string() + ": no such file or directory");
    CHECK(refusal(directory.path()) ==
          directory.path().string() + ": holds neither model.safetensors nor model.safetensors.index.json");
    test::write_text(directory / "notes.txt", "");
    CHECK(refusal(directory / "notes.txt") ==
          (directory / "notes.txt").string() + ": is neither a checkpoint's directory nor a .safetensors file");
    test::write_text(directory / "pytorch_model-00001-of-00002.bin", "PK");
    CHECK(refusal(directory.path()).find("convert the checkpoint to safetensors first") != std::string::npos);
    CHECK(refusal(directory / "pytorch_model-00001-of-00002.bin")
              .ends_with("convert PyTorch's pickle files to safetensors first"));
}
