// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/gelu.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon::detail;

TEST_CASE("GELU agrees with float64, exact and by tanh") {
    for (float x = -12; x <= 12; x += 0.01f) {
        const double wide = static_cast<double>(x);
        const double exact = 0.5 * wide * std::erfc(-wide / std::sqrt(2.0));
        CHECK(static_cast<double>(gelu_exact(x)) == doctest::Approx(exact).epsilon(1e-6));
        const double inner = std::sqrt(2 / std::acos(-1.0)) * (wide + 0.044715 * wide * wide * wide);
        CHECK(static_cast<double>(gelu_by_tanh(x)) ==
              doctest::Approx(0.5 * wide * (1 + std::tanh(inner))).epsilon(1e-6));
    }
    CHECK(gelu_exact(0.0f) == 0);
    CHECK(gelu_by_tanh(-100.0f) == 0);
}
