// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/alike_checkpoints.hpp>

#include <bouillon/tensor/xtensor_backend.hpp>

#include <process/thread_processes.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("what one share tells apart is apart, and nothing else") {
    std::vector<std::uint32_t> alike = {0, 0, 2, 0, 2};
    detail::part_alike(alike, std::vector<std::uint32_t>{0, 1, 0, 1, 0});
    CHECK(alike == std::vector<std::uint32_t>{0, 1, 2, 1, 2});
}

TEST_CASE("checkpoints are alike where every process has the same share of them") {
    in_processes(3, [](const thread_processes& group) {
        std::vector<detail::resident_tensor<xtensor_backend>> tensors;
        for (const char* name : {"a", "b"}) {
            detail::resident_tensor<xtensor_backend> made{name, {}, dtype::f32, 0};
            tensors.push_back(std::move(made));
        }
        tensors[0].which = {0, 0, 0, 1};
        tensors[1].which = group.rank() == 1 ? std::vector<std::size_t>{0, 1, 0, 1} : std::vector<std::size_t>(4, 0);
        detail::find_alike(group, tensors);
        CHECK(tensors[0].alike == std::vector<std::size_t>{0, 0, 0, 3});
        CHECK(tensors[1].alike == std::vector<std::size_t>{0, 1, 0, 1});
        CHECK(tensors[1].same(0, 2));
        CHECK(!tensors[1].same(0, 1));
    });
}
