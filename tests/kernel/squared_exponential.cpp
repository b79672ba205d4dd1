// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/squared_exponential.hpp>

#include <kernel/laws.hpp>

#include <doctest/doctest.h>

TEST_CASE("the squared exponential profile has its reference values and its derivative") {
    check_profile(bouillon::squared_exponential{},
                  {.88249690258459540, .60653065971263342, .13533528323661269, 3.726653172078671e-6});
}

TEST_CASE("the slope of the squared exponential profile at distance zero is -1/2") {
    CHECK(bouillon::squared_exponential{}.derivative(0) == -0.5);
}
