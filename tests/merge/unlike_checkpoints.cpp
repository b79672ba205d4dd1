// SPDX-License-Identifier: Apache-2.0
// Checkpoints of several types and with counters that differ: the same merge wherever they are.
#include <bouillon/checkpoint/safetensors.hpp>
#include <bouillon/merge/make_resident.hpp>
#include <bouillon/merge/streamed_checkpoints.hpp>
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

using weights = std::vector<double>;

std::string as_type(dtype type, const std::vector<float>& values) {
    std::vector<std::byte> stored(values.size() * bytes(type));
    for (std::size_t i = 0; i < values.size(); ++i) store_element(type, stored.data(), i, values[i]);
    return test::as_text(stored);
}

/// A checkpoint of one type, with a tensor that is the same in all of that type.
std::filesystem::path write_checkpoint(const std::filesystem::path& path, dtype type, std::int64_t step) {
    std::vector<float> values(1'000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * step) / 7 - 3;
    test::write_tensors(path, {{{"router", type, {100, 10}}, as_type(type, values)},
                               {{"same", type, {2}}, as_type(type, {0.1f, 0.3f})},
                               {{"steps", dtype::i64, {1}}, test::stored(std::vector{step})},
                               {{"weight", type, {1'000}}, as_type(type, values)}});
    return path;
}

std::vector<std::filesystem::path> write_unlike(const test::temporary_directory& directory) {
    return {write_checkpoint(directory / "0.safetensors", dtype::f32, 1),
            write_checkpoint(directory / "1.safetensors", dtype::bf16, 2),
            write_checkpoint(directory / "2.safetensors", dtype::f16, 5),
            write_checkpoint(directory / "3.safetensors", dtype::bf16, 9)};
}

const std::vector<weights> trials{{0.2, 0.3, 0.1, 0.4}, {0, 1, 0, 0}, {0, 0.25, 0, 0.75},   {0, 0.25, 0, 0.8},
                                  {0.5, 0, 0.5, 0},     {1, 0, 0, 0}, {-0.5, 0.5, 0.5, 0.5}};

template <class Backend>
void check_same(const Backend& backend, const parameters<Backend>& merged, const safetensors_file& file) {
    CHECK(merged.size() == file.tensors().size());
    for (const auto& entry : file.tensors()) {
        CAPTURE(entry.name);
        const auto& found = merged.at(entry.name);
        CHECK(found.tensor.type() == entry.type);
        CHECK(detail::download(backend, found.tensor) == test::bytes_of(file, entry));
    }
}

template <class Backend>
void check_merges(const Backend& backend, const set_options& options) {
    const test::temporary_directory directory;
    const auto checkpoints = open_checkpoints(write_unlike(directory), options);
    const auto resident = make_resident(checkpoints, backend), on_host = make_resident(checkpoints, xtensor_backend{});
    const streamed_checkpoints streamed(checkpoints);
    const auto together = make_resident(checkpoints, backend).merge(trials);
    parameters<Backend> merged, sent, read;
    for (std::size_t q = 0; q < trials.size(); ++q) {
        CAPTURE(q);
        const auto path = directory / ("out" + std::to_string(q) + ".safetensors");
        write_merged(checkpoints, trials[q], path);
        const safetensors_file written(path);
        resident.merge_into(trials[q], merged);
        check_same(backend, merged, written);
        on_host.merge_into(trials[q], backend, sent);
        check_same(backend, sent, written);
        streamed.merge_into(trials[q], backend, read);
        check_same(backend, read, written);
        check_same(backend, together[q], written);
    }
}

}  // namespace

TEST_CASE("unlike checkpoints are merged alike in memory, on another backend and from their files") {
    for (const dtype type : {dtype::bf16, dtype::f16, dtype::f32})
        for (const bool kept : {false, true}) {
            set_options options{.types = {type, {}}, .newest_integers = true};
            if (kept) options.types.kept = {"rout?r", "s*"};
            check_merges(xtensor_backend{}, options);
            check_merges(default_thrust_backend{}, options);
        }
}

TEST_CASE("the recipe of unlike checkpoints reproduces their merge") {
    const test::temporary_directory directory;
    const set_options options{.types = {dtype::bf16, {"router"}}, .newest_integers = true};
    const auto checkpoints = open_checkpoints(write_unlike(directory), options);
    for (std::size_t q = 0; q < trials.size(); ++q) {
        const auto path = directory / ("out" + std::to_string(q) + ".safetensors");
        write_merged(checkpoints, trials[q], path);
        reproduce_merge(read_recipe(path), directory / "again.safetensors", {.force = true});
        CHECK(test::read_text(path) == test::read_text(directory / "again.safetensors"));
    }
    std::filesystem::remove(directory / "3.safetensors");
    write_checkpoint(directory / "3.safetensors", dtype::bf16, 10);
    CHECK_THROWS_AS(reproduce_merge(read_recipe(directory / "out0.safetensors"), directory / "no.safetensors"),
                    input_error);
}

TEST_CASE("the hash of a counter that differs is its own checkpoint's") {
    const test::temporary_directory directory;
    const auto paths = write_unlike(directory);
    write_merged(open_checkpoints(paths, {.types = {dtype::f32, {}}, .newest_integers = true}),
                 weights{0.1, 0.2, 0.3, 0.4}, directory / "out.safetensors");
    const auto recipe = read_recipe(directory / "out.safetensors");
    for (std::size_t k = 0; k < paths.size(); ++k) {
        write_merged(open_checkpoints(std::span(paths).subspan(k, 1)), weights{1}, directory / "one.safetensors",
                     {.force = true});
        CHECK(read_recipe(directory / "one.safetensors").inputs[0].hash == recipe.inputs[k].hash);
    }
}

TEST_CASE("integers that differ are refused as such where nothing else is said") {
    const test::temporary_directory directory;
    const std::vector paths{write_checkpoint(directory / "0.safetensors", dtype::f32, 1),
                            write_checkpoint(directory / "1.safetensors", dtype::f32, 2)};
    const auto checkpoints = open_checkpoints(paths);
    CHECK_THROWS_AS(write_merged(checkpoints, weights{0.5, 0.5}, directory / "out.safetensors"), integers_differ);
    CHECK_THROWS_AS(make_resident(checkpoints, xtensor_backend{}), integers_differ);
}
