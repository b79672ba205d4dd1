// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/measured_objective.hpp>

#include <bouillon/core/error.hpp>
#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

using namespace bouillon;

TEST_CASE("a measured loss has the plan's noise and the record is without") {
    const objective<interval> given{
        .name = "line", .space = {0, 1}, .value = [](auto x) { return x[0]; }, .minimum = 0, .noise = 2};
    const trial_plan plan = make_plan(given, 6, 3);
    compared_run begun;
    begun.noise = given.noise;
    measured_objective measure(given.value, plan, begun);
    for (std::size_t i = 0; i < 6; ++i)
        CHECK(measure(std::vector{0.1 * static_cast<double>(i)}) == 0.1 * static_cast<double>(i) + 2 * plan.normals[i]);
    CHECK(measure.trials() == 6);
    CHECK_THROWS_WITH_AS(measure(std::vector{0.5}), "more trials than the budget of 6", work_error);
    const compared_run run = measure.finish(std::vector{0.25});
    CHECK(run.losses == std::vector{0.0, 0.1, 0.2, 0.1 * 3, 0.4, 0.5});
    CHECK(run.recommended == 0.25);
    CHECK(run.first_points == 3);
    CHECK(run.suggest_seconds.size() == 3);
    CHECK(run.seed == 3);
}

TEST_CASE("an objective that throws or has no value leaves a trial without a loss") {
    const objective<interval> given{.name = "broken", .space = {0, 1}, .value = [](auto x) -> double {
                                        if (x[0] > 0.5) throw std::runtime_error("out of memory");
                                        return INFINITY;
                                    }};
    const trial_plan plan = make_plan(given, 6, 3);
    measured_objective measure(given.value, plan, {});
    CHECK(std::isnan(measure(std::vector{0.2})));
    CHECK(std::isnan(measure(std::vector{0.7})));
    const compared_run run = measure.fail("enough");
    CHECK(run.failure == "enough");
    CHECK(std::isnan(run.losses[1]));
}
