// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/climb_options.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

TEST_CASE("a threshold that is no number is refused by name") {
    CHECK_NOTHROW(check(climb_options{}));
    CHECK_NOTHROW(check(climb_options{.first_convergence = -1, .basin_radius = INFINITY}));
    CHECK_THROWS_WITH_AS(check(climb_options{.first_convergence = NAN}), "climbs: first_convergence is no number",
                         input_error);
    CHECK_THROWS_WITH_AS(check(climb_options{.later_convergence = NAN}), "climbs: later_convergence is no number",
                         input_error);
    CHECK_THROWS_WITH_AS(check(climb_options{.least_away = NAN}), "climbs: least_away is no number", input_error);
    CHECK_THROWS_WITH_AS(check(climb_options{.least_home = NAN}), "climbs: least_home is no number", input_error);
    CHECK_THROWS_WITH_AS(check(climb_options{.basin_radius = NAN}), "climbs: basin_radius is no number", input_error);
}
