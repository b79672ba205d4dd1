// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/expected_improvement.hpp>

#include "formula_test.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("expected improvement has its known values") {
    const search_state state{.best = 0, .trial = 0, .dimension = 1};
    const expected_improvement ei;
    CHECK(ei(-0.5, 1.0, state) == doctest::Approx(0.1977966).epsilon(1e-6));  // BoTorch's and scikit-optimize's tests
    CHECK(ei(0.0, 2.0, state) == doctest::Approx(2 / std::sqrt(2 * M_PI)).epsilon(1e-14));
    CHECK(ei(3.0, 1e-9, state) == doctest::Approx(3));
}

TEST_CASE("expected improvement is the mean of the improvement over many draws") {
    const search_state state{.best = 1, .trial = 0, .dimension = 1};
    random_engine engine = make_engine(1);
    const int draws = 200000;
    double sum = 0;
    for (int i = 0; i < draws; ++i) sum += std::max(0.4 + 0.8 * normal(engine) - state.best, 0.0);
    CHECK(expected_improvement{}(0.4, 0.8, state) == doctest::Approx(sum / draws).epsilon(0.01));
}

TEST_CASE("expected improvement grows with the mean and with the deviation") {
    const search_state state;
    const expected_improvement ei;
    for (double mean = -3; mean < 3; mean += 0.5) {
        CHECK(ei(mean + 0.1, 1.0, state) > ei(mean, 1.0, state));
        CHECK(ei(mean, 1.1, state) > ei(mean, 1.0, state));
    }
}

TEST_CASE("the gradient of expected improvement agrees with central differences") {
    check_formula(expected_improvement{});
}
