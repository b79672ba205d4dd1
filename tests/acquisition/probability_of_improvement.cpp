// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/probability_of_improvement.hpp>
#include <bouillon/core/error.hpp>

#include "formula_test.hpp"
#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

TEST_CASE("probability of improvement has its known values and the margin shifts it") {
    const search_state state{.best = 0, .trial = 0, .dimension = 1};
    CHECK(probability_of_improvement{.margin = 0}(-0.5, 1.0, state) == doctest::Approx(0.308538).epsilon(1e-6));
    CHECK(probability_of_improvement{.margin = 0}(0.0, 3.0, state) == 0.5);
    CHECK(probability_of_improvement{.margin = 0.25}(0.25, 3.0, state) == 0.5);
}

TEST_CASE("the gradient of the probability of improvement agrees with central differences") {
    check_formula(probability_of_improvement{});
}

TEST_CASE("a margin that is not finite is refused") {
    CHECK_NOTHROW(probability_of_improvement{0}.check());
    CHECK_THROWS_WITH_AS(probability_of_improvement{NAN}.check(),
                         "probability_of_improvement.margin is nan, but it must be finite", input_error);
    CHECK_THROWS_AS(probability_of_improvement{-INFINITY}.check(), input_error);
}
