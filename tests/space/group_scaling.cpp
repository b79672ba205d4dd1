// SPDX-License-Identifier: Apache-2.0
#include <bouillon/space/group_scaling.hpp>

#include <bouillon/space/spread.hpp>
#include <bouillon/testing/space.hpp>

#include <check_laws.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

using namespace bouillon;
using numbers = std::vector<double>;

namespace {

/// Of three groups the second is frozen where it takes the merge's weights.
const group_scaling space{.merged = {0.25, 0.25, 0.5}, .lower = {0, 1, -0.5}, .upper = {1.5, 1, 2}};

std::string refusal(const group_scaling& wrong) {
    try {
        wrong.check();
    } catch (const input_error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a scale of 0 is the newest checkpoint, exactly, and a scale of 1 the merge") {
    const auto weights = space.merge_weights(numbers{0, 1});
    CHECK(weights == numbers{0, 0, 1, 0.25, 0.25, 0.5, 0.25, 0.25, 0.5});
    CHECK(space.merge_weights(space.same_for_all(1)) == numbers{0.25, 0.25, 0.5, 0.25, 0.25, 0.5, 0.25, 0.25, 0.5});
}

TEST_CASE("every group's weights sum to 1 wherever the point is") {
    random_engine engine = make_engine(4);
    for (int i = 0; i < 100; ++i) {
        const auto weights = space.merge_weights(space.point(uniform_sample(space, engine)));
        REQUIRE(weights.size() == 9);
        for (auto row = weights.begin(); row != weights.end(); row += 3)
            CHECK(std::accumulate(row, row + 3, 0.0) == doctest::Approx(1).epsilon(1e-15));
    }
}

TEST_CASE("only free groups are searched, and points round-trip") {
    CHECK(space.dimension() == 2);
    CHECK(space.same_for_all(3) == numbers{1.5, 2});
    CHECK(space.contains_same_for_all(1));
    CHECK_FALSE(space.contains_same_for_all(0));
    random_engine engine = make_engine(5);
    for (const auto& unit_point : space.initial_design(20, engine)) {
        const auto again = space.unit_point(space.point(unit_point));
        REQUIRE(again.size() == 2);
        for (std::size_t i = 0; i < 2; ++i) CHECK(again[i] == doctest::Approx(unit_point[i]).epsilon(1e-14));
    }
}

TEST_CASE("bounds that leave nothing to search are refused") {
    CHECK(refusal({{0.5, 0.5}, {1}, {1}}) == "group scaling: all groups are frozen, so there is nothing to search");
    CHECK(refusal({{0.5, 0.5}, {1}, {0}}) == "group scaling: group 0 has lower bound 1 and upper bound 0");
    CHECK(refusal({{0.5, 0.5}, {0, 0}, {1}}) == "group scaling: 2 lower bounds and 1 upper bounds");
    CHECK(refusal({{}, {0}, {1}}) == "group scaling: there are no merge weights to begin with");
    CHECK(refusal({{0.5, NAN}, {0}, {1}}) == "group scaling.merged[1] is nan, but it must be finite");
    CHECK(refusal(space) == "");
}

TEST_CASE("the bounds that groups reach have their numbers, frozen groups and the newest checkpoint apart") {
    const group_scaling three{{0.5, 0.5}, {0, 1, 0.5}, {1.5, 1, 2}};
    const auto reached = [&](const numbers& point) {
        std::vector<std::string> names;
        for (const auto& bound : three.reached_bounds(point)) names.push_back(bound.name);
        return names;
    };
    using names = std::vector<std::string>;
    CHECK(reached({1, 1}).empty());
    CHECK(reached({1.5, 0.5}) == names{"upper of group 0", "lower of group 2"});
    CHECK(reached({0, 2}) == names{"upper of group 2"});
}

TEST_CASE("scaled groups keep the laws of a space, and each of averages") {
    check_laws(space_violations(space));
    check_laws(average_violations(space, 3));
}
