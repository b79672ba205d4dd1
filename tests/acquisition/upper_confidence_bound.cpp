// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/upper_confidence_bound.hpp>

#include "formula_test.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("the bound lies beta deviations above the mean, whatever the best score") {
    CHECK(upper_confidence_bound{.beta = 2}(1.0, 0.5, {.best = 0, .trial = 0, .dimension = 1}) == 2);
    CHECK(upper_confidence_bound{.beta = 2}(1.0, 0.5, {.best = 9, .trial = 5, .dimension = 1}) == 2);
}

TEST_CASE("the gradient of the bound agrees with central differences") { check_formula(upper_confidence_bound{}); }
