// SPDX-License-Identifier: Apache-2.0
#include <bouillon/space/box.hpp>

#include <bouillon/space/spread.hpp>
#include <bouillon/testing/space.hpp>

#include <check_laws.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <vector>

using namespace bouillon;

namespace {
const box branin_box{{-5, 0}, {10, 15}};
constexpr box_coordinate logarithmic{.logarithmic = true}, integer{.integer = true},
    both{.logarithmic = true, .integer = true};
const box few{{1, -2}, {6, 1}, {integer, integer}};  // 24 points
}  // namespace

TEST_CASE("a box's corners are exact and points round-trip") {
    CHECK(branin_box.point(std::vector{0.0, 1.0}) == std::vector{-5.0, 15.0});
    CHECK(branin_box.unit_point(std::vector{10.0, 0.0}) == std::vector{1.0, 0.0});
    random_engine engine = make_engine(2);
    for (int i = 0; i < 100; ++i) {
        const auto unit_point = uniform_sample(branin_box, engine);
        const auto back = branin_box.unit_point(branin_box.point(unit_point));
        for (std::size_t k = 0; k < 2; ++k) CHECK(back[k] == doctest::Approx(unit_point[k]).epsilon(1e-14));
    }
}

TEST_CASE("a box's design is a Latin hypercube: each coordinate visits every part of its range once") {
    const box space{{0, 0, 0}, {1, 1, 1}};
    random_engine engine = make_engine(5);
    const std::size_t n = 11;
    const auto design = space.initial_design(n, engine);
    for (std::size_t k = 0; k < 3; ++k) {
        std::set<int> parts;
        for (const auto& unit_point : design) parts.insert(static_cast<int>(unit_point[k] * n));
        CHECK(parts.size() == n);
        CHECK(*parts.begin() == 0);
        CHECK(*parts.rbegin() == n - 1);
    }
}

TEST_CASE("projection to a box clamps each coordinate") {
    std::vector<double> unit_point = {-1, 0.5};
    branin_box.project(unit_point);
    CHECK(unit_point == std::vector{0.0, 0.5});
}

TEST_CASE("a box whose bounds make no box is refused") {
    CHECK_NOTHROW(branin_box.check());
    CHECK_THROWS_WITH_AS((box{{0, 1}, {1}}.check()), "box: 2 lower bounds and 1 upper bounds", input_error);
    CHECK_THROWS_AS((box{{}, {}}.check()), input_error);
    CHECK_THROWS_WITH_AS((box{{0, 2}, {1, 2}}.check()), "box: coordinate 1 has lower bound 2 and upper bound 2",
                         input_error);
}

TEST_CASE("a box whose coordinates are not those of its bounds is refused") {
    CHECK_THROWS_WITH_AS((box{{1, 1}, {8, 8}, {integer}}.check()), "box: 1 coordinates for 2 pairs of bounds",
                         input_error);
    CHECK_THROWS_WITH_AS((box{{0, 0}, {8, 8}, {{}, logarithmic}}.check()),
                         "box: coordinate 1 has lower bound 0 and upper bound 8, but is logarithmic: its bounds must "
                         "be above 0",
                         input_error);
    CHECK_THROWS_AS((box{{0.5}, {8}, {integer}}.check()), input_error);
}

TEST_CASE("a box keeps the laws of a space, whatever its coordinates are") {
    check_laws(space_violations(branin_box));
    check_laws(space_violations(box{{1e-6, 1}, {1e-1, 1e6}, {logarithmic, logarithmic}}));
    check_laws(space_violations(few));
    check_laws(space_violations(box{{0}, {1}, {integer}}));
    check_laws(space_violations(box{{-5, 1, 0}, {500, 4096, 1}, {integer, both, integer}}));
    check_laws(space_violations(box{{1, 1e-5, 0}, {12, 0.1, 1}, {integer, logarithmic, {}}}));
}

TEST_CASE("points are counted where all coordinates are integers") {
    CHECK(few.points() == 24);
    CHECK_FALSE(branin_box.points());
    CHECK_FALSE(box{{0, 0}, {5, 1}, {integer, {}}}.points());
    CHECK_FALSE(box{{0, 0}, {1e6, 1e6}, {integer, integer}}.points());
    std::set<std::vector<double>> all;
    for (std::size_t i = 0; i < 24; ++i) all.insert(few.point(few.nth_unit_point(i)));
    CHECK(all.size() == 24);
}

TEST_CASE("a design of integers repeats no point and ends with all of them") {
    random_engine engine = make_engine(3);
    for (const std::size_t n : {10, 24, 40}) {
        const auto design = few.initial_design(n, engine);
        CHECK(design.size() == std::min<std::size_t>(n, 24));
        CHECK(std::set<std::vector<double>>(design.begin(), design.end()).size() == design.size());
    }
}

TEST_CASE("the neighbours of a point are one integer away and within the bounds") {
    const box mixed{{1, 0, 0}, {3, 1, 5}, {integer, {}, integer}};
    const auto values = [&](const std::vector<double>& point) {
        const auto flat = mixed.neighbours(mixed.unit_point(point));
        std::set<std::vector<double>> beside;
        for (std::size_t i = 0; i < flat.size(); i += 3) beside.insert(mixed.point(std::span(flat).subspan(i, 3)));
        return beside;
    };
    CHECK(values({2, 0.25, 3}) ==
          std::set<std::vector<double>>{{1, 0.25, 3}, {3, 0.25, 3}, {2, 0.25, 2}, {2, 0.25, 4}});
    CHECK(values({1, 0.25, 5}) == std::set<std::vector<double>>{{2, 0.25, 5}, {1, 0.25, 4}});
    CHECK(branin_box.neighbours(std::vector{0.5, 0.5}).empty());
}

TEST_CASE("integers, logarithms and plain numbers stand in one box") {
    const box space{.lower = {1, 1e-6, 0},  // layers, a learning rate, a dropout
                    .upper = {12, 1e-1, 0.5},
                    .coordinates = {{.integer = true}, {.logarithmic = true}, {}}};
    CHECK_NOTHROW(space.check());
    const auto middle = space.point(space.from_cube(std::vector{0.5, 0.5, 0.5}));
    CHECK(middle[0] == 7);
    CHECK(middle[1] == doctest::Approx(std::sqrt(1e-7)));
    CHECK(middle[2] == 0.25);
}
