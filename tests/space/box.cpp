// SPDX-License-Identifier: Apache-2.0
#include <bouillon/space/box.hpp>

#include <bouillon/space/spread.hpp>
#include <bouillon/testing/space.hpp>

#include <check_laws.hpp>

#include <doctest/doctest.h>

#include <set>

using namespace bouillon;

namespace {
const box branin_box{{-5, 0}, {10, 15}};
}

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

TEST_CASE("a box keeps the laws of a space") { check_laws(space_violations(branin_box)); }
