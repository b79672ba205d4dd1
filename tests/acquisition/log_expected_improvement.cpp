// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/log_expected_improvement.hpp>

#include <bouillon/acquisition/expected_improvement.hpp>

#include "formula_test.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("log expected improvement is the logarithm of expected improvement where that does not underflow") {
    const search_state state{.best = 0.7, .trial = 0, .dimension = 1};
    for (double mean = -5; mean < 3; mean += 0.37)
        for (const double deviation : {0.3, 1.0, 2.5})
            CHECK(log_expected_improvement{}(mean, deviation, state) ==
                  doctest::Approx(std::log(expected_improvement{}(mean, deviation, state))).epsilon(1e-12));
}

TEST_CASE("log expected improvement still tells better from worse where expected improvement is zero") {
    const search_state state{.best = 0, .trial = 0, .dimension = 1};
    const log_expected_improvement log_ei;
    CHECK(expected_improvement{}(-50.0, 1.0, state) == 0);
    CHECK(log_ei(-50.0, 1.0, state) > log_ei(-51.0, 1.0, state));
    CHECK(log_ei(-100.0, 1.0, state) == doctest::Approx(-5010.12957880024979).epsilon(1e-14));  // 60-digit arithmetic
    CHECK(log_ei(dual{-100.0, 1, 0}, dual{1.0, 0, 1}, state).d_mean ==
          doctest::Approx(100.019994004195865).epsilon(1e-12));
}

TEST_CASE("the gradient of log expected improvement agrees with central differences") {
    check_formula(log_expected_improvement{});
}
