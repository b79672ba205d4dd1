// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/dtype.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

using namespace bouillon;

namespace {

/// The plain reference: the 16-bit value nearest to `value` (ties to the even one), found by looking at its neighbours.
template <float (*Widen)(std::uint16_t)>
std::uint16_t nearest(double value, std::uint16_t guess) {
    std::uint16_t best = guess;
    for (int step = -2; step <= 2; ++step) {
        const auto candidate = static_cast<std::uint16_t>(guess + step);
        const double error = std::abs(static_cast<double>(Widen(candidate)) - value);
        const double best_error = std::abs(static_cast<double>(Widen(best)) - value);
        if (error < best_error || (error == best_error && candidate % 2 == 0 && best % 2 != 0)) best = candidate;
    }
    return best;
}

}  // namespace

TEST_CASE("every dtype's name parses back to it and no other name parses") {
    for (std::size_t i = 0; i < detail::dtype_table.size(); ++i) {
        const auto type = static_cast<dtype>(i);
        CHECK(parse_dtype(to_string(type)) == type);
    }
    CHECK_FALSE(parse_dtype("f32").has_value());
    CHECK_FALSE(parse_dtype("").has_value());
    CHECK(bits(dtype::f4) == 4);
    CHECK(bytes(dtype::bf16) == 2);
    CHECK(mergeable(dtype::f64));
    CHECK_FALSE(mergeable(dtype::f8_e4m3));
}

TEST_CASE("every bf16 value survives the way to float and back") {
    for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        const float value = bf16_to_float(half);
        if (std::isnan(value))
            CHECK(std::isnan(bf16_to_float(float_to_bf16(value))));
        else
            CHECK(float_to_bf16(value) == half);
    }
}

TEST_CASE("every f16 value survives the way to float and back") {
    for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        const float value = f16_to_float(half);
        if (std::isnan(value))
            CHECK(std::isnan(f16_to_float(float_to_f16(value))));
        else
            CHECK(float_to_f16(value) == half);
    }
}

TEST_CASE("a float rounds to the nearest bf16 and f16, ties to even") {
    std::uint32_t state = 1;
    for (int i = 0; i < 200000; ++i) {
        state = state * 1664525u + 1013904223u;
        const float value = std::bit_cast<float>(state & 0xc7ffffffu);  // magnitudes up to 2^16
        if (std::abs(value) < 65504.0f) CHECK(float_to_f16(value) == nearest<f16_to_float>(value, float_to_f16(value)));
        CHECK(float_to_bf16(value) == nearest<bf16_to_float>(value, float_to_bf16(value)));
    }
    CHECK(float_to_bf16(1.00390625f) == 0x3f80);  // halfway between 1 and the next bf16: to the even one
    CHECK(float_to_bf16(1.01171875f) == 0x3f82);
    CHECK(float_to_f16(2049.0f) == 0x6800);
    CHECK(float_to_f16(65519.0f) == 0x7bff);
    CHECK(float_to_f16(65520.0f) == 0x7c00);
    CHECK(float_to_f16(std::numeric_limits<float>::infinity()) == 0x7c00);
    CHECK(float_to_f16(0x1p-25f) == 0x0000);  // half of the smallest subnormal: to the even one
    CHECK(float_to_f16(0x1.8p-24f) == 0x0002);
}
