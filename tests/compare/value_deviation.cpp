// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/value_deviation.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

TEST_CASE("the deviation of a slope over a box and of a weight over a simplex are known") {
    const objective<box> slope{.name = "slope", .space = {{2, 0}, {4, 1}}, .value = [](auto x) { return x[0]; }};
    CHECK(value_deviation(slope) == doctest::Approx(2 / std::sqrt(12)).epsilon(0.01));
    const objective<simplex> weight{.name = "weight", .space = {3}, .value = [](auto w) { return w[2]; }};
    CHECK(value_deviation(weight) == doctest::Approx(1 / std::sqrt(18)).epsilon(0.01));
}
