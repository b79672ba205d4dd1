// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_array.hpp>

#include <bouillon/tensor/thrust_system.hpp>

#include <tensor/counting_device.hpp>

#include <doctest/doctest.h>

#include <array>
#include <type_traits>
#include <utility>

using namespace bouillon;
using array_of_int = detail::thrust_array<thrust_sequential, int>;

TEST_CASE("an array holds a copy of what it was made of") {
    const std::array<int, 3> values = {4, 5, 6};
    const thrust_sequential system;
    const array_of_int array(system, std::span<const int>(values));
    std::array<int, 3> returned{};
    detail::copy_to_host(system, array.data(), std::span<int>(returned));
    CHECK(returned == values);
    CHECK(array.size() == 3);
}

TEST_CASE("an array is moved, never copied, and may be empty") {
    CHECK_FALSE(std::is_copy_constructible_v<array_of_int>);
    array_of_int array(thrust_sequential(), 10);
    const int* const data = array.data();
    const array_of_int moved = std::move(array);
    CHECK(moved.data() == data);
    CHECK(array_of_int().size() == 0);
    CHECK(array_of_int(thrust_sequential(), 0).data() == nullptr);
}

TEST_CASE("a system that has memory of its own is asked to allocate, copy and take back") {
    device_calls calls;
    const counting_device system{{}, &calls};
    const std::array<int, 2> values = {1, 2};
    std::array<int, 2> returned{};
    const detail::thrust_array<counting_device, int> array(system, std::span<const int>(values));
    detail::copy_to_host(system, array.data(), std::span<int>(returned));
    CHECK(returned == values);
    CHECK(calls.allocations == 1);
    CHECK(calls.uploads == 1);
    CHECK(calls.waits == 1);
}
