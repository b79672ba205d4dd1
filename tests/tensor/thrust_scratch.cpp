// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/thrust_scratch.hpp>

#include <bouillon/tensor/thrust_system.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("scratch memory is taken once for the largest that was asked for") {
    detail::thrust_scratch<thrust_sequential> scratch;
    std::byte* const large = scratch.room({}, 1000);
    CHECK(scratch.room({}, 10) == large);
    CHECK(reinterpret_cast<std::byte*>(scratch.room_for<double>({}, 125)) == large);
    scratch.room_for<double>({}, 126)[125] = 1;  // has grown
}
