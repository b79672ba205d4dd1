// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/matern52.hpp>

#include <kernel/laws.hpp>

#include <doctest/doctest.h>

TEST_CASE("the Matern 5/2 profile has its reference values and its derivative") {
    check_profile(bouillon::matern52{},
                  {.82864914241812531, .52399410883182031, .13866021913850428, .00075093378887375496});
}

TEST_CASE("the slope of the Matern 5/2 profile at distance zero is -5/6") {
    CHECK(bouillon::matern52{}.derivative(0) == doctest::Approx(-5.0 / 6.0).epsilon(1e-15));
}
