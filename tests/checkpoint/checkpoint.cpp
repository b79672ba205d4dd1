// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint.hpp>

#include "checkpoint/blocks.hpp"
#include "checkpoint/shards.hpp"
#include <doctest/doctest.h>

using namespace bouillon;
using test::refusal;

namespace {

/// A format of one's own: each file NAME.f32 of a directory holds the numbers of a tensor NAME.
checkpoint open_numbers(const std::filesystem::path& directory) {
    checkpoint_contents contents;
    for (const auto& item : std::filesystem::directory_iterator(directory)) {
        const auto file = std::make_shared<input_file>(item.path());
        const std::vector<std::size_t> shape{file->size() / sizeof(float)};
        contents.tensors.push_back({{item.path().stem().string(), dtype::f32, shape}, {{file, 0, {}, shape, {}}}});
    }
    return checkpoint(directory, std::move(contents));
}

}  // namespace

TEST_CASE("a checkpoint is a file or a directory with that file") {
    const test::temporary_directory directory;
    test::write_bytes(directory / "step-1/model.safetensors", {"b", "a"});
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
    test::write_bytes(directory / "step-1/model.safetensors", {"a"});
    CHECK(checkpoint(directory / "step-1").name() == "step-1");
    CHECK(checkpoint(directory / "step-1/").name() == "step-1");
    CHECK(checkpoint(directory / "step-1/../step-1/.").name() == "step-1");
    CHECK(checkpoint(directory / "step-1/model.safetensors").name() == "model.safetensors");
}

TEST_CASE("only a directory has a configuration") {
    const test::temporary_directory directory;
    test::write_bytes(directory / "step-1/model.safetensors", {"a"});
    CHECK_FALSE(checkpoint(directory / "step-1").config_path());
    test::write_text(directory / "step-1/config.json", "{}");
    CHECK(checkpoint(directory / "step-1").config_path() == directory / "step-1/config.json");
    CHECK_FALSE(checkpoint(directory / "step-1/model.safetensors").config_path());
}

TEST_CASE("a configuration that is given stands for the checkpoint's own") {
    const test::temporary_directory directory;
    test::write_bytes(directory / "step-1/model.safetensors", {"a"});
    test::write_text(directory / "step-1/config.json", "{}");
    for (const auto& path : {directory / "step-1", directory / "step-1/model.safetensors"}) {
        checkpoint opened(path);
        opened.use_config(directory / "other.json");
        CHECK(opened.config_path() == directory / "other.json");
    }
}

TEST_CASE("a prefix is taken off the names that have it, and the tensors stay sorted") {
    const test::temporary_directory directory;
    test::write_bytes(directory / "model.safetensors", {"m.b", "m.m.a", "c", "m.0"});
    checkpoint opened(directory.path());
    CHECK(opened.take_off("x.") == 0);
    CHECK(opened.take_off("m.") == 3);
    std::string names;
    for (std::size_t i = 0; i < opened.tensors().size(); ++i) {
        names += opened.tensors()[i].name + ' ';
        CHECK(test::as_text(test::bytes_of(opened, i)).ends_with(opened.tensors()[i].name));
    }
    CHECK(names == "0 b c m.a ");
}

TEST_CASE("a prefix cannot be taken off where two tensors would have one name or one none") {
    const test::temporary_directory directory;
    test::write_bytes(directory / "model.safetensors", {"m.b", "b", "x."});
    const auto refused = [&](const char* prefix) {
        return test::message_of<input_error>([&] { checkpoint(directory.path()).take_off(prefix); });
    };
    CHECK(refused("m.").ends_with(": the prefix \"m.\" cannot be taken off: then two tensors are called \"b\""));
    CHECK(refused("x.").ends_with("then a tensor is called \"\""));
}

TEST_CASE("shards are read as one checkpoint whatever total_size says") {
    const test::temporary_directory directory;
    test::write_shards(directory.path());
    const checkpoint opened(directory.path());
    REQUIRE(opened.tensors().size() == 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(test::as_text(test::bytes_of(opened, i)) == opened.tensors()[i].name);
    CHECK(opened.file(1).filename() == "model-00002-of-00002.safetensors");
}

TEST_CASE("a tensor is read from the shard that holds it") {
    const test::temporary_directory directory;
    test::write_shards(directory.path());
    const checkpoint opened(directory.path());
    for (std::size_t i = 0; i < 3; ++i) {
        std::string bytes(1, '?');
        opened.prefetch(i, 0, 1);
        opened.read(i, 0, std::as_writable_bytes(std::span(bytes)));
        CHECK(bytes == opened.tensors()[i].name);
    }
}

TEST_CASE("a tensor in two shards is refused") {
    const test::temporary_directory directory;
    test::write_shards(directory.path());
    std::filesystem::remove(directory / "model-00002-of-00002.safetensors");
    test::write_bytes(directory / "model-00002-of-00002.safetensors", {"b", "c"});
    CHECK(refusal(directory.path()).find(": tensor \"c\" is in two shards") != std::string::npos);
}

TEST_CASE("a single file beside an index is ambiguous") {
    const test::temporary_directory directory;
    test::write_shards(directory.path());
    test::write_bytes(directory / "model.safetensors", {"a"});
    CHECK(refusal(directory.path()) ==
          directory.path().string() +
              ": holds both model.safetensors and model.safetensors.index.json, which does not name it; remove "
              "the one that is not the checkpoint");
}

TEST_CASE("what is no checkpoint is refused with what to do") {
    const test::temporary_directory directory;
    CHECK(refusal(directory / "none") == (directory / "none").string() + ": no such file or directory");
    CHECK(refusal(directory.path()) == directory.path().string() + ": is empty");
    test::write_text(directory / "notes.txt", "");
    CHECK(refusal(directory.path()) ==
          directory.path().string() +
              ": holds no weights in a form that is known, such as model.safetensors or model.safetensors.index.json");
}

TEST_CASE("tensors of any format are read once it is known where they lie") {
    const test::temporary_directory directory;
    test::write_text(directory / "b.f32", test::stored<float>({1, 2, 3}));
    test::write_text(directory / "a.f32", test::stored<float>({4}));
    const auto opened = open_numbers(directory.path());
    CHECK(opened.tensors() == std::vector<checkpoint_tensor>{{"a", dtype::f32, {1}}, {"b", dtype::f32, {3}}});
    CHECK(test::loaded<float>(test::bytes_of(opened, 1)) == std::vector<float>{1, 2, 3});
}

TEST_CASE("states of one model in three forms have the same tensors and the same bytes") {
    const std::filesystem::path forms = BOUILLON_TEST_DATA "/forms";
    for (const char* const step : {"step-1", "step-2", "step-3"}) {
        const checkpoint expected(forms / "safetensors" / step);
        CHECK(expected.tensors().size() == 11);
        for (const char* const form : {"pytorch", "distributed"}) {
            const checkpoint opened(forms / form / step);
            REQUIRE(opened.tensors() == expected.tensors());
            for (std::size_t i = 0; i < expected.tensors().size(); ++i)
                CHECK(test::bytes_of(opened, i) == test::bytes_of(expected, i));
        }
    }
}

TEST_CASE("a checkpoint is scattered where elements of a tensor lie apart") {
    const test::stored_blocks in_order({3, 2}, {{{3, 2}, {0, 0}}}), transposed({3, 2}, {{{3, 2}, {0, 0}, {1, 3}}});
    CHECK_FALSE(checkpoint("in order", {{in_order.tensor()}, {}}).is_scattered());
    CHECK(checkpoint("transposed", {{transposed.tensor()}, {}}).is_scattered());
}
