// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/posterior_mean.hpp>

#include "formula_test.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("the posterior mean does not look at the deviation") {
    CHECK(posterior_mean{}(0.3, 1.0, {}) == posterior_mean{}(0.3, 5.0, {}));
}

TEST_CASE("the gradient of the posterior mean agrees with central differences") { check_gradient(posterior_mean{}); }
