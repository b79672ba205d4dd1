// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/set_options.hpp>

#include <bouillon/checkpoint/checkpoint_set.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

namespace {

std::vector<std::filesystem::path> write_types(const test::temporary_directory& directory,
                                               std::span<const dtype> types) {
    std::vector<std::filesystem::path> paths;
    for (const dtype type : types) {
        paths.push_back(directory / (std::to_string(paths.size()) + ".safetensors"));
        test::write_tensors(paths.back(), {{{"w", type, {8}}, std::string(bits(type), 'x')}});
    }
    return paths;
}

}  // namespace

TEST_CASE("a tensor may be stored in several float types once a merge has one") {
    const test::temporary_directory directory;
    const std::vector<dtype> types{dtype::bf16, dtype::f32};
    const auto paths = write_types(directory, types);
    CHECK_THROWS_WITH_AS(open_checkpoints(paths),
                         (paths[1].string() + ": tensor \"w\" has type F32, but BF16 in " + paths[0].string() +
                          "; they can be merged once it is said which type the merge is to have")
                             .c_str(),
                         types_differ);
    const auto set = open_checkpoints(paths, {.types = {dtype::bf16, {}}});
    CHECK(set.tensors()[0].type == dtype::f32);
    CHECK(set[0].tensors()[0].type == dtype::bf16);
    CHECK(set.types().type == dtype::bf16);
    CHECK_FALSE(set.takes_newest_integers());
}

TEST_CASE("a tensor of floats here and of integers there is refused whatever the merge has") {
    const test::temporary_directory directory;
    const std::vector<dtype> types{dtype::f32, dtype::i32};
    CHECK_THROWS_AS(open_checkpoints(write_types(directory, types), {.types = {dtype::bf16, {}}}), input_error);
}

TEST_CASE("types that do not fit the tensors are refused when the set is made") {
    const test::temporary_directory directory;
    const std::vector<dtype> types{dtype::f32};
    const auto paths = write_types(directory, types);
    CHECK_THROWS_AS(open_checkpoints(paths, {.types = {dtype::i8, {}}}), input_error);
    CHECK_THROWS_AS(open_checkpoints(paths, {.types = {dtype::bf16, {"router"}}}), input_error);
}
