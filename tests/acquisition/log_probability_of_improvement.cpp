// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/log_probability_of_improvement.hpp>

#include <bouillon/acquisition/probability_of_improvement.hpp>
#include <bouillon/core/error.hpp>

#include "formula_test.hpp"
#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

TEST_CASE("log probability of improvement is the logarithm of the probability where that does not underflow") {
    const search_state state{.best = 0.7, .trial = 0, .dimension = 1};
    for (double mean = -5; mean < 3; mean += 0.37)
        for (const double deviation : {0.3, 1.0, 2.5})
            CHECK(log_probability_of_improvement{}(mean, deviation, state) ==
                  doctest::Approx(std::log(probability_of_improvement{}(mean, deviation, state))).epsilon(1e-12));
}

TEST_CASE("log probability of improvement still tells better from worse where the probability is zero") {
    const search_state state{.best = 0, .trial = 0, .dimension = 1};
    const log_probability_of_improvement log_pi{.margin = 0};
    CHECK(probability_of_improvement{}(-50.0, 1.0, state) == 0);
    CHECK(log_pi(-50.0, 1.0, state) > log_pi(-51.0, 1.0, state));
    CHECK(log_pi(-100.0, 1.0, state) == doctest::Approx(-5005.5242086942050886).epsilon(1e-14));  // mpmath
}

TEST_CASE("the gradient of log probability of improvement agrees with central differences") {
    check_formula(log_probability_of_improvement{});
}

TEST_CASE("a margin that is not finite is refused") {
    CHECK_NOTHROW(log_probability_of_improvement{0}.check());
    CHECK_THROWS_WITH_AS(log_probability_of_improvement{NAN}.check(),
                         "log_probability_of_improvement.margin is nan, but it must be finite", input_error);
    CHECK_THROWS_AS(log_probability_of_improvement{-INFINITY}.check(), input_error);
}
