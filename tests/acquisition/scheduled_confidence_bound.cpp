// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/scheduled_confidence_bound.hpp>
#include <bouillon/core/error.hpp>

#include "formula_test.hpp"
#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

namespace {

struct one_per_trial {
    double operator()(const search_state& state) const { return static_cast<double>(state.trial); }
};

}  // namespace

TEST_CASE("schedules have the values of their formulas") {  // computed in Python as these stand in the papers
    const search_state first{.best = 0, .trial = 0, .dimension = 2}, tenth{.best = 0, .trial = 9, .dimension = 6};
    CHECK(dragonfly_schedule{}(first) == doctest::Approx(0.80235601).epsilon(1e-6));
    CHECK(dragonfly_schedule{}(tenth) == doctest::Approx(2.39894741).epsilon(1e-6));
    CHECK(srinivas_schedule{}(first) == doctest::Approx(1.18210534).epsilon(1e-6));
    CHECK(srinivas_schedule{}(tenth) == doctest::Approx(1.91804224).epsilon(1e-6));
    CHECK(brochu_schedule{}(first) == doctest::Approx(2.64326789).epsilon(1e-6));
    CHECK(brochu_schedule{}(tenth) == doctest::Approx(5.47838627).epsilon(1e-6));
    CHECK(hebo_schedule{}(first) == doctest::Approx(2.62576274).epsilon(1e-6));
    CHECK(hebo_schedule{}(tenth) == doctest::Approx(4.29040271).epsilon(1e-6));
}

TEST_CASE("a bound widens with the trials, and follows a user's schedule") {
    const search_state early{.best = 0, .trial = 3, .dimension = 2}, late{.best = 0, .trial = 30, .dimension = 2};
    const scheduled_confidence_bound<dragonfly_schedule> bound;
    CHECK(bound(1.0, 0.5, late) > bound(1.0, 0.5, early));
    CHECK(scheduled_confidence_bound<one_per_trial>{}(1.0, 0.5, early) == 2.5);
    CHECK_FALSE(confidence_schedule<int>);
}

TEST_CASE("the gradient of a scheduled bound agrees with central differences") {
    check_formula(scheduled_confidence_bound<hebo_schedule>{});
}

TEST_CASE("a delta that is no probability between 0 and 1 is refused") {
    CHECK_NOTHROW(scheduled_confidence_bound<dragonfly_schedule>{}.check());
    for (const double delta : {0.0, 1.0, -0.1, double(NAN)}) {
        CHECK_THROWS_AS(srinivas_schedule{delta}.check(), input_error);
        CHECK_THROWS_AS(brochu_schedule{delta}.check(), input_error);
        CHECK_THROWS_AS(hebo_schedule{delta}.check(), input_error);
    }
    CHECK_THROWS_WITH_AS(scheduled_confidence_bound<hebo_schedule>{{2}}.check(),
                         "hebo_schedule.delta is 2, but it must be between 0 and 1", input_error);
}
