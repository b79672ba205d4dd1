// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/parallel.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

using namespace bouillon;

TEST_CASE("every task runs exactly once, whatever the number of threads") {
    for (const std::size_t threads : {1, 2, 3, 8}) {
        std::vector<std::atomic<int>> runs(101);
        std::atomic<bool> lanes_in_range{true};
        parallel_for(runs.size(), threads, [&](std::size_t task, std::size_t lane) {
            ++runs[task];
            if (lane >= threads) lanes_in_range = false;
        });
        for (const auto& count : runs) CHECK(count == 1);
        CHECK(lanes_in_range);
    }
}

TEST_CASE("no task is no call") {
    parallel_for(0, 4, [](std::size_t, std::size_t) { FAIL("called"); });
}

TEST_CASE("an exception in a task reaches the caller after all threads stopped") {
    std::atomic<int> running{0};
    const auto body = [&](std::size_t task, std::size_t) {
        ++running;
        if (task == 3) {
            --running;
            throw std::runtime_error("task 3");
        }
        --running;
    };
    CHECK_THROWS_WITH(parallel_for(50, 4, body), "task 3");
    CHECK(running == 0);
}

TEST_CASE("zero threads asked for means all of them") {
    CHECK(thread_count(0) >= 1);
    CHECK(thread_count(3) == 3);
}
