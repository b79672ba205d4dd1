// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/layered_merge.hpp>

#include <bouillon/merge/make_resident.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

std::vector<std::filesystem::path> write_two(const test::temporary_directory& directory) {
    std::vector<std::filesystem::path> paths;
    for (const float first : {1.0f, 2.0f}) {
        paths.push_back(directory / (std::to_string(paths.size()) + ".safetensors"));
        test::write_tensors(paths.back(), {{{"a", dtype::f32, {2}}, test::stored(std::vector{first, 0.1f})},
                                           {{"b", dtype::f32, {1}}, test::stored(std::vector{3 * first})},
                                           {{"c", dtype::bf16, {1}}, test::stored(std::vector<std::uint16_t>{3})}});
    }
    return paths;
}

std::vector<std::byte> bytes_of(const parameter<xtensor_backend>& stored) {
    std::vector<std::byte> bytes(detail::storage_bytes(stored.tensor.size(), stored.tensor.type()));
    xtensor_backend{}.download(stored.tensor, bytes);
    return bytes;
}

}  // namespace

TEST_CASE("tensors that are merged a few at a time are those of the whole merge, and only the last are held") {
    const test::temporary_directory directory;
    const auto checkpoints = open_checkpoints(write_two(directory));
    const xtensor_backend backend;
    const std::vector<double> weights = {0.3, 0.7};
    const auto whole = make_resident(checkpoints, backend).merge(weights);
    const tensor_groups alike;
    layered_merge<xtensor_backend> merge(checkpoints, weights, alike, backend);
    for (const std::set<std::string>& names : {std::set<std::string>{"a"}, {"b", "c"}, {}, {"a", "b", "c"}}) {
        const auto& merged = merge(names);
        REQUIRE(merged.size() == names.size());
        for (const auto& name : names) {
            CHECK(bytes_of(merged.at(name)) == bytes_of(whole.at(name)));
            CHECK(merged.at(name).shape == whole.at(name).shape);
        }
    }
}

TEST_CASE("weights that are none are refused before anything is read") {
    const test::temporary_directory directory;
    const auto checkpoints = open_checkpoints(write_two(directory));
    const xtensor_backend backend;
    const tensor_groups alike;
    CHECK_THROWS_AS(layered_merge<xtensor_backend>(checkpoints, std::vector{0.0, 0.0}, alike, backend), input_error);
}
