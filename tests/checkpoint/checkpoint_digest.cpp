// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_digest.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <fstream>
#include <vector>

using namespace bouillon;

namespace {

hash_bits digest_of(const std::string& name, std::size_t elements, float value) {
    const test::temporary_directory directory;
    const auto path = directory / "model.safetensors";
    test::write_tensors(path, {{{name, dtype::f32, {elements}}, test::stored(std::vector<float>(elements, value))}});
    return checkpoint_digest(checkpoint(path));
}

}  // namespace

TEST_CASE("a checkpoint is told by its tensors' names, shapes and elements") {
    const auto digest = digest_of("x", 3000, 1);
    CHECK(digest == digest_of("x", 3000, 1));
    CHECK(!(digest == digest_of("y", 3000, 1)));
    CHECK(!(digest == digest_of("x", 3001, 1)));
    CHECK(!(digest == digest_of("x", 3000, 2)));
}

TEST_CASE("a checkpoint is told by its configuration") {
    const test::temporary_directory directory;
    std::vector<hash_bits> digests;
    for (const char* config : {"{}", "{\"rope_theta\": 1}"}) {
        const auto path = directory / std::to_string(digests.size());
        std::filesystem::create_directory(path);
        test::write_tensors(path / "model.safetensors", {{{"x", dtype::f32, {1}}, test::stored<float>({1})}});
        std::ofstream(path / "config.json") << config;
        digests.push_back(checkpoint_digest(checkpoint(path)));
    }
    CHECK(!(digests[0] == digests[1]));
}

TEST_CASE("a file's hash is that of its bytes") {
    const test::temporary_directory directory;
    const auto path = directory / "text";
    const std::string text(3000000, 'a');
    std::ofstream(path) << text;
    CHECK(file_hash(path) == hash_of(text));
    CHECK(file_hash(directory / "nothing") == hash_of(""));
}
