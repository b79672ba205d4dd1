// SPDX-License-Identifier: Apache-2.0
#include <bouillon/space/interval.hpp>

#include <bouillon/space/spread.hpp>
#include <bouillon/testing/space.hpp>

#include <check_laws.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("an interval's ends are exact and points round-trip") {
    const interval space{.lower = 0.3, .upper = 0.9};
    CHECK(space.point(std::vector{0.0})[0] == 0.3);
    CHECK(space.point(std::vector{1.0})[0] == 0.9);
    random_engine engine = make_engine(3);
    for (int i = 0; i < 100; ++i) {
        const auto unit_point = uniform_sample(space, engine);
        CHECK(unit_point[0] >= 0);
        CHECK(unit_point[0] < 1);
        CHECK(space.unit_point(space.point(unit_point))[0] == doctest::Approx(unit_point[0]).epsilon(1e-14));
    }
}

TEST_CASE("the point is the newer checkpoint's merge weight") {
    CHECK(interval{}.merge_weights(std::vector{0.75}) == std::vector{0.25, 0.75});
}

TEST_CASE("projection to an interval is the nearest end, and the identity inside") {
    const interval space;
    for (const auto& [from, to] : {std::pair{-0.5, 0.0}, {0.25, 0.25}, {3.0, 1.0}}) {
        std::vector<double> unit_point = {from};
        space.project(unit_point);
        CHECK(unit_point[0] == to);
    }
}

TEST_CASE("an interval's design begins with both ends and then halves") {
    random_engine engine = make_engine(1);
    const auto design = interval{}.initial_design(6, engine);
    CHECK(design == std::vector<std::vector<double>>{{0}, {1}, {0.5}, {0.25}, {0.75}, {0.125}});
    CHECK(interval{}.initial_design(1, engine).size() == 1);
}

TEST_CASE("bounds out of order are refused with both values") {
    CHECK_NOTHROW(interval{}.check());
    CHECK_THROWS_WITH_AS((interval{.lower = 1, .upper = 0.5}.check()),
                         "interval: the lower bound 1 must be below the upper bound 0.5", input_error);
    CHECK_THROWS_AS((interval{.lower = NAN, .upper = 1}.check()), input_error);
}

TEST_CASE("an interval says which of its ends a point lies on, to a hundredth of its length") {
    const interval space{.lower = 0.5, .upper = 1};
    REQUIRE(space.reached_bounds(std::vector{0.504}).size() == 1);
    CHECK(space.reached_bounds(std::vector{0.504})[0].name == "lower");
    CHECK(space.reached_bounds(std::vector{0.504})[0].value == 0.5);
    CHECK(space.reached_bounds(std::vector{0.51}).empty());
    const interval inner{.lower = 0, .upper = 0.9};
    REQUIRE(inner.reached_bounds(std::vector{0.895}).size() == 1);
    CHECK(inner.reached_bounds(std::vector{0.895})[0].name == "upper");
    CHECK(space.reached_bounds(std::vector{1.0}).empty());  // the newest checkpoint, which no bound keeps from more
    CHECK(inner.reached_bounds(std::vector{0.0}).empty());
}

TEST_CASE("intervals keep the laws of a space, and of averages") {
    for (const interval& space : {interval{}, interval{.lower = -0.5, .upper = 2}}) {
        check_laws(space_violations(space));
        check_laws(average_violations(space, 2));
    }
}
