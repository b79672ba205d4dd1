// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/placed_checkpoints.hpp>

#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include "checkpoint/files.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

/// A device of 1000 bytes.
struct small_device : thrust_backend<thrust_sequential> {
    std::size_t free_memory() const { return 1000; }
};

std::vector<std::filesystem::path> write_two(const test::temporary_directory& directory) {
    std::vector<std::filesystem::path> paths;
    for (const float first : {1.0f, 2.0f}) {
        paths.push_back(directory / (std::to_string(paths.size()) + ".safetensors"));
        test::write_tensors(paths.back(), {{{"a", dtype::f32, {2}}, test::stored(std::vector{first, 0.1f})},
                                           {{"b", dtype::bf16, {1}}, test::stored(std::vector<std::uint16_t>{3})}});
    }
    return paths;
}

template <class Backend>
std::vector<std::byte> merged_bytes(const checkpoint_set& checkpoints, const Backend& backend, checkpoint_place place) {
    const placed_checkpoints<Backend, xtensor_backend> placed(checkpoints, backend, place);
    parameters<Backend> merged;
    placed.merge_into(std::vector{0.9, 0.1}, merged);
    placed.merge_into(std::vector{0.3, 0.7}, merged);
    std::vector<std::byte> a(8), b(2);
    backend.download(merged.at("a").tensor, a);
    backend.download(merged.at("b").tensor, b);
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

}  // namespace

TEST_CASE("a merge is the same wherever the checkpoints are") {
    const test::temporary_directory directory;
    const auto checkpoints = open_checkpoints(write_two(directory));
    const auto resident = merged_bytes(checkpoints, xtensor_backend{}, checkpoint_place::host);
    CHECK(load_element<float>(dtype::f32, resident.data(), 0) == std::fma(0.7f, 2.0f, 0.3f));
    CHECK(merged_bytes(checkpoints, xtensor_backend{}, checkpoint_place::disk) == resident);
    for (const auto place : {checkpoint_place::device, checkpoint_place::host, checkpoint_place::disk})
        CHECK(merged_bytes(checkpoints, small_device{}, place) == resident);
}

TEST_CASE("what a merge needs is counted from the headers") {
    const test::temporary_directory directory;
    const auto needs = needs_of(open_checkpoints(write_two(directory)));
    CHECK(needs.checkpoints == 2);
    CHECK(needs.checkpoint == 10);
    CHECK(needs.scoring == 0);
}

TEST_CASE("the room is the device's where the backend has one") {
    CHECK(room_for(small_device{}).device == 1000);
    CHECK(room_for(xtensor_backend{}).device == std::nullopt);
    CHECK(room_for(xtensor_backend{}).host > 0);
}
