// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/activation.hpp>

#include <bouillon/testing/activation_laws.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace bouillon;
using namespace bouillon::detail;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("every activation agrees with float64") {
    for (const auto& f : activation_functions) {
        CAPTURE(name_of(f.kind));
        for (float x = -12; x <= 12; x += 0.01f) {
            const auto wide = static_cast<double>(x);
            CHECK(static_cast<double>(activate(f, x)) == doctest::Approx(activation_in_float64(f, wide)).epsilon(1e-6));
            CHECK(static_cast<double>(gated(f, x)) == doctest::Approx(gated_in_float64(f, wide)).epsilon(1e-6));
        }
        CHECK(activate(f, 0.0f) == doctest::Approx(0).epsilon(1e-6));
        CHECK(std::isnan(activate(f, NAN)));
        CHECK(std::isnan(gated(f, NAN)));
    }
}

TEST_CASE("activations far below 0 are 0, but for tanh and for xIELU, which is a line there") {
    for (const auto& f : activation_functions) {
        const double expected = f.kind == activation::tanh    ? -1
                                : f.kind == activation::xielu ? 0.3 * 99 - 0.5 * 100
                                                              : 0;
        CHECK(static_cast<double>(activate(f, -100.0f)) == doctest::Approx(expected));
    }
}

TEST_CASE("a clipped SiLU and what it gates stay within the limit") {
    const activation_function f{.kind = activation::clipped_silu, .sharpness = 2, .limit = 3};
    CHECK(activate(f, infinity) == activate(f, 3.0f));
    CHECK(activate(f, 3.0f) == doctest::Approx(3 / (1 + std::exp(-6.0))));
    CHECK(activate(f, -4.0f) == doctest::Approx(-4 / (1 + std::exp(8.0))));
    CHECK(gated(f, infinity) == 4);
    CHECK(gated(f, -infinity) == -2);
    CHECK(gated({.kind = activation::silu}, infinity) == infinity);
}

TEST_CASE("a clamp holds what is beyond its limit, and a cap bends what comes near") {
    CHECK(clamped(-infinity, 2) == -2);
    CHECK(clamped(1.5f, 2) == 1.5f);
    CHECK(clamped(2.5f, 2) == 2);
    CHECK(std::isnan(clamped(NAN, 2)));
    CHECK(capped(infinity, 30) == 30);
    CHECK(capped(-30, 30) == doctest::Approx(-30 * std::tanh(1.0)));
    CHECK(capped(0.01f, 30) == doctest::Approx(0.01));
}
