// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/matern32.hpp>

#include <bouillon/kernel/ard.hpp>

#include <kernel/laws.hpp>

#include <doctest/doctest.h>

TEST_CASE("the Matern 3/2 profile has its reference values and its derivative") {
    check_profile(bouillon::matern32{},
                  {.78488765395745065, .483357724596507651, .13973135019231467, .0016745110076596037});
}

TEST_CASE("the slope of the Matern 3/2 profile at distance zero is -3/2") {
    CHECK(bouillon::matern32{}.derivative(0) == -1.5);
}

TEST_CASE("gradients of a Matern 3/2 covariance are its central differences") {
    check_covariance(bouillon::ard<bouillon::matern32>{}, 3, {-0.5, 0.3, -1.1});
}
