// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/core/error.hpp>

#include "formula_test.hpp"
#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

TEST_CASE("the bound lies beta deviations above the mean, whatever the best score") {
    CHECK(upper_confidence_bound{.beta = 2}(1.0, 0.5, {.best = 0, .trial = 0, .dimension = 1}) == 2);
    CHECK(upper_confidence_bound{.beta = 2}(1.0, 0.5, {.best = 9, .trial = 5, .dimension = 1}) == 2);
}

TEST_CASE("the gradient of the bound agrees with central differences") { check_formula(upper_confidence_bound{}); }

TEST_CASE("a beta that is not finite is refused") {
    CHECK_NOTHROW(upper_confidence_bound{-1}.check());
    CHECK_THROWS_WITH_AS(upper_confidence_bound{NAN}.check(),
                         "upper_confidence_bound.beta is nan, but it must be finite", input_error);
    CHECK_THROWS_AS(upper_confidence_bound{INFINITY}.check(), input_error);
}
