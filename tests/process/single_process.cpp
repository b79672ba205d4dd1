// SPDX-License-Identifier: Apache-2.0
#include <bouillon/process/single_process.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("one process is rank 0 of 1, wherever it is") {
    const single_process alone;
    static_assert(single_process::rank() == 0 && single_process::size() == 1);
    static_assert(single_process::local_rank() == 0 && single_process::local_size() == 1);
    CHECK(!alone.host().empty());
    CHECK(alone.split(3).size() == 1);
    CHECK(alone.traffic().sent == 0);
}

TEST_CASE("one process has all bytes already") {
    std::vector<std::byte> bytes = {std::byte{1}, std::byte{2}};
    const std::vector<std::size_t> begins = {0, 2};
    single_process().all_gather(bytes, begins);
    CHECK(bytes == std::vector{std::byte{1}, std::byte{2}});
}
