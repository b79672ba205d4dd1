// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/eligible.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

TEST_CASE("of a state that names no points all may be the best") {
    const search_state state{.dimension = 2};
    const std::vector<double> points = {0.1, 0.2, 0.3, 0.4};
    CHECK(detail::divide(state, points, 2).inside == points);
    CHECK(detail::divide(state, points, 2).outside.empty());
}

TEST_CASE("else only the named ones may, and each side keeps its order") {
    const search_state state{.dimension = 2, .eligible = {0.3, 0.4, 0.1, 0.2}};
    const std::vector<double> points = {0.1, 0.2, 0.1, 0.4, 0.3, 0.4, 0.9, 0.9};
    CHECK(detail::is_eligible(state, std::vector{0.1, 0.2}));
    CHECK_FALSE(detail::is_eligible(state, std::vector{0.2, 0.1}));
    const auto sides = detail::divide(state, points, 2);
    CHECK(sides.inside == std::vector{0.1, 0.2, 0.3, 0.4});
    CHECK(sides.outside == std::vector{0.1, 0.4, 0.9, 0.9});
}
