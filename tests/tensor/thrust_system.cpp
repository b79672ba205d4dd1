// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_system.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <vector>

using namespace bouillon;

TEST_CASE("a system's loop runs every task once") {
    std::vector<std::atomic<int>> runs(1001);
    auto* const count = runs.data();
    detail::thrust_loop<thrust_sequential>{}(runs.size(), [=](std::size_t i) { ++count[i]; });
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
    detail::thrust_loop<thrust_openmp>{}(runs.size(), [=](std::size_t i) { ++count[i]; });
    const int expected = 2;
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
    detail::thrust_loop<thrust_tbb>{}(runs.size(), [=](std::size_t i) { ++count[i]; });
    const int expected = 2;
#else
    const int expected = 1;
#endif
    for (const auto& times : runs) CHECK(times == expected);
}

TEST_CASE("no task is no call") {
    detail::thrust_loop<thrust_sequential>{}(0, [](std::size_t) { FAIL("called"); });
}
