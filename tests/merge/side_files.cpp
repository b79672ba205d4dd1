// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/side_files.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("what a model needs beside its tensors is copied byte for byte and nothing else") {
    const test::temporary_directory directory;
    const auto from = directory / "from";
    const auto to = directory / "to";
    create_directory(to);
    for (const auto name : detail::side_file_names) test::write_text(from / name, std::string(name) + '\n');
    test::write_text(from / "modeling_custom.py", "code");
    create_symlink("tokenizer.json", from / "link.py");  // as the cache of the hub has them
    for (const char* name : {"optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json", "training_args.bin",
                             "model.safetensors", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
                             "pytorch_model.bin", "README.md", "vocab.json.bak", "folder/config.json"})
        test::write_text(from / name, "stays");

    detail::copy_side_files(from, to, std::nullopt);
    std::size_t copied = 0;
    for ([[maybe_unused]] const auto& item : std::filesystem::directory_iterator(to)) ++copied;
    CHECK(copied == detail::side_file_names.size() + 2);
    for (const auto name : detail::side_file_names) CHECK(test::read_text(to / name) == std::string(name) + '\n');
    CHECK(test::read_text(to / "modeling_custom.py") == "code");
    CHECK(test::read_text(to / "link.py") == "tokenizer.json\n");
    CHECK_FALSE(is_symlink(to / "link.py"));
}

TEST_CASE("the configuration names the output's type under the key that it has and is the same otherwise") {
    const test::temporary_directory directory;
    test::write_text(directory / "config.json", R"({"torch_dtype":"bfloat16", "limit":[0.0, Infinity]})");
    detail::copy_config(directory / "config.json", directory / "out.json", dtype::f32);
    CHECK(test::read_text(directory / "out.json") == R"({"torch_dtype":"float32", "limit":[0.0, Infinity]})");
    test::write_text(directory / "config.json", "[");
    CHECK_THROWS_AS(detail::copy_config(directory / "config.json", directory / "again.json", dtype::f32), input_error);
}
