// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/objective.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <type_traits>

using namespace bouillon;

namespace {

objective<box> bowl() {
    return {.name = "bowl",
            .space = box{{-1, -1}, {1, 1}},
            .value = [](std::span<const double> x) { return x[0] * x[0] + x[1] * x[1]; },
            .minimum = 0};
}

}  // namespace

TEST_CASE("an objective says what is known of it") {
    auto given = bowl();
    CHECK(dimension(given) == 2);
    CHECK(given.has_minimum());
    given.minimum = std::nan("");
    CHECK_FALSE(given.has_minimum());
    CHECK_NOTHROW(check(given));
}

TEST_CASE("objectives over several spaces are visited in their own space") {
    const objective<> on_simplex{.name = "simplex", .space = simplex{4}, .value = [](auto) { return 0.0; }};
    const objective<> on_line{.name = "line", .space = interval{0, 1}, .value = [](auto) { return 0.0; }};
    CHECK(dimension(on_simplex) == 4);
    CHECK(dimension(on_line) == 1);
    const auto is_simplex = [](const auto& space) { return std::is_same_v<std::decay_t<decltype(space)>, simplex>; };
    CHECK(visit_space(on_simplex.space, is_simplex));
    CHECK_FALSE(visit_space(on_line.space, is_simplex));
    CHECK_FALSE(visit_space(bowl().space, is_simplex));
}

TEST_CASE("an objective that cannot be compared on is refused by name") {
    auto given = bowl();
    given.name.clear();
    CHECK_THROWS_WITH_AS(check(given), "an objective has no name", input_error);
    given = bowl();
    given.value = nullptr;
    CHECK_THROWS_WITH_AS(check(given), "objective bowl: no value to minimise", input_error);
    given = bowl();
    given.noise = -0.5;
    CHECK_THROWS_WITH_AS(check(given), "objective bowl: noise -0.5 is no deviation", input_error);
    given = bowl();
    given.space.upper[1] = -2;
    CHECK_THROWS_AS(check(given), input_error);
}
