// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/trial_plan.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;

TEST_CASE("a plan is a function of space and budget and seed") {
    const objective<box> given{
        .name = "flat", .space = {{0, 0}, {1, 1}}, .value = [](auto) { return 0.0; }, .noise = 2};
    const trial_plan plan = make_plan(given, 12, 7), same = make_plan(given, 12, 7), other = make_plan(given, 12, 8);
    CHECK(plan.design == same.design);
    CHECK(plan.normals == same.normals);
    CHECK(plan.design != other.design);
    CHECK(plan.normals != other.normals);
    CHECK(plan.design.size() == 5);
    CHECK(plan.normals.size() == 12);
    CHECK(plan.variance == 4);
    CHECK(std::isnan(make_plan(given, 12, 7, false).variance));
}

TEST_CASE("a longer plan begins with the noise of a shorter one") {
    const objective<> given{.name = "flat", .space = simplex{3}, .value = [](auto) { return 0.0; }};
    const trial_plan shorter = make_plan(given, 12, 7), longer = make_plan(given, 20, 7);
    CHECK(std::vector(longer.normals.begin(), longer.normals.begin() + 12) == shorter.normals);
    CHECK(longer.design == shorter.design);
}
