// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/climb_options.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

TEST_CASE("a threshold that decides nothing is refused by name and value") {
    CHECK_NOTHROW(check(climb_options{}));
    CHECK_NOTHROW(check(climb_options{.first_convergence = -1, .basin_radius = INFINITY}));
    CHECK_NOTHROW(check(climb_options{.trials_to_begin = 0, .fewest_known = 1, .basin_radius = 0}));
    const auto refused = [](const climb_options& options, const char* message) {
        CHECK_THROWS_WITH_AS(check(options), message, input_error);
    };
    refused({.first_convergence = NAN}, "climbs.first_convergence is nan, but it must be a number");
    refused({.later_convergence = NAN}, "climbs.later_convergence is nan, but it must be a number");
    refused({.least_away = NAN}, "climbs.least_away is nan, but it must be a number");
    refused({.least_home = NAN}, "climbs.least_home is nan, but it must be a number");
    refused({.fewest_known = 0}, "climbs.fewest_known is 0, but it must be 1 or more");
    refused({.basin_radius = NAN}, "climbs.basin_radius is nan, but it must be 0 or more");
    refused({.basin_radius = -2}, "climbs.basin_radius is -2, but it must be 0 or more");
}
