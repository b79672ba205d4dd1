// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/streamed_checkpoints.hpp>

#include <bouillon/merge/write_merged.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>
#include <bouillon/checkpoint/safetensors.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

std::filesystem::path write_checkpoint(const std::filesystem::path& path, float first) {
    std::vector<float> single(1000);
    std::vector<std::uint16_t> half(300);
    for (std::size_t i = 0; i < single.size(); ++i) single[i] = first + static_cast<float>(i) / 7;
    for (std::size_t i = 0; i < half.size(); ++i) half[i] = float_to_bf16(first - static_cast<float>(i) / 3);
    test::write_tensors(path, {{{"half", dtype::bf16, {30, 10}}, test::stored(half)},
                               {{"single", dtype::f32, {1000}}, test::stored(single)},
                               {{"step", dtype::i64, {1}}, test::stored(std::vector<std::int64_t>{3})}});
    return path;
}

}  // namespace

TEST_CASE("a merge from files is the one that is written, again and again") {
    const test::temporary_directory directory;
    const std::vector<std::filesystem::path> paths = {write_checkpoint(directory / "0.safetensors", 0.3f),
                                                      write_checkpoint(directory / "1.safetensors", -1.7f)};
    const auto checkpoints = open_checkpoints(paths);
    const streamed_checkpoints streamed(checkpoints);
    CHECK(streamed.size() == 2);
    const xtensor_backend backend;
    parameters<xtensor_backend> merged;
    int number = 0;
    for (const auto& weights : {std::vector{0.3, 0.7}, std::vector{1.0, 0.0}, std::vector{-0.4, 1.6}}) {
        streamed.merge_into(weights, backend, merged);
        const auto path = directory / ("out" + std::to_string(number++) + ".safetensors");
        write_merged(checkpoints, weights, path);
        const safetensors_file written(path);
        CHECK(merged.size() == 3);
        for (const auto& entry : written.tensors()) {
            const auto& found = merged.at(entry.name);
            CHECK(found.shape == entry.shape);
            const tensor_view view = found.tensor.view();
            CHECK(std::ranges::equal(std::span(view.data, entry.size), test::bytes_of(written, entry)));
        }
    }
}

TEST_CASE("groups of tensors are merged from files by weights of their own") {
    const test::temporary_directory directory;
    const std::vector<std::filesystem::path> paths = {write_checkpoint(directory / "0.safetensors", 0.3f),
                                                      write_checkpoint(directory / "1.safetensors", -1.7f)};
    const auto checkpoints = open_checkpoints(paths);
    const std::string first = checkpoints.tensors()[0].name;
    const tensor_groups groups{{{"first", {first}}, {"rest", {"*"}}}};
    const xtensor_backend backend;
    parameters<xtensor_backend> merged, alone;
    streamed_checkpoints(checkpoints, groups).merge_into(std::vector{0.3, 0.7, -0.5, 1.5}, backend, merged);
    for (const auto& [name, found] : merged) {
        streamed_checkpoints(checkpoints)
            .merge_into(name == first ? std::vector{0.3, 0.7} : std::vector{-0.5, 1.5}, backend, alone);
        const tensor_view here = found.tensor.view(), there = alone.at(name).tensor.view();
        const std::size_t size = here.size * bits(here.type) / 8;
        CHECK(std::ranges::equal(std::span(here.data, size), std::span(there.data, size)));
    }
}

TEST_CASE("a file that is cut off between merges is an error") {
    const test::temporary_directory directory;
    const std::vector<std::filesystem::path> paths = {write_checkpoint(directory / "0.safetensors", 0.3f),
                                                      write_checkpoint(directory / "1.safetensors", -1.7f)};
    const auto checkpoints = open_checkpoints(paths);
    const streamed_checkpoints streamed(checkpoints);
    parameters<xtensor_backend> merged;
    streamed.merge_into(std::vector{0.5, 0.5}, xtensor_backend{}, merged);
    std::filesystem::resize_file(paths[1], std::filesystem::file_size(paths[1]) - 64);
    CHECK_THROWS_AS(streamed.merge_into(std::vector{0.5, 0.5}, xtensor_backend{}, merged), input_error);
}
