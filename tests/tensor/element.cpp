// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/element.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>

using namespace bouillon;

namespace {

/// The finite number of a 16-bit type that is nearest to `value`, the even one of two: by looking at all of them.
template <dtype Type>
std::uint16_t nearest(double value) {
    std::uint16_t best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (std::uint32_t i = 0; i < 0x10000; ++i) {
        const auto candidate = static_cast<std::uint16_t>(i);
        const double number =
            static_cast<double>(Type == dtype::f16 ? f16_to_float(candidate) : bf16_to_float(candidate));
        if (!std::isfinite(number) || std::signbit(number) != std::signbit(value)) continue;
        const double distance = std::abs(number - value);
        if (distance < least || (distance == least && candidate % 2 == 0)) best = candidate, least = distance;
    }
    return best;
}

}  // namespace

TEST_CASE("a double is rounded once to a 16-bit type, where rounding to float first would round twice") {
    // Just above the middle of two neighbours by less than a float can show.
    const double above = 1 + 0x1p-8 + 0x1p-40;
    CHECK(float_to_bf16(static_cast<float>(above)) == 0x3f80);
    std::array<std::byte, 2> out;
    store_element(dtype::bf16, out.data(), 0, above);
    CHECK(detail::load_bits<std::uint16_t>(out.data(), 0) == 0x3f81);
}

TEST_CASE("a double goes to the nearest number of a 16-bit type, ties to even") {
    std::mt19937_64 engine(3);
    std::uniform_real_distribution<double> mantissa(-1, 1);
    for (int i = 0; i < 60; ++i) {
        const double any = std::ldexp(mantissa(engine), static_cast<int>(engine() % 40) - 26);
        const double tie = std::ldexp(std::round(std::ldexp(any, 12)), -12);
        for (const double value : {any, tie}) {
            std::array<std::byte, 2> out;
            store_element(dtype::f16, out.data(), 0, value);
            CHECK(detail::load_bits<std::uint16_t>(out.data(), 0) == nearest<dtype::f16>(value));
            store_element(dtype::bf16, out.data(), 0, value);
            CHECK(detail::load_bits<std::uint16_t>(out.data(), 0) == nearest<dtype::bf16>(value));
        }
    }
}

TEST_CASE("what rounding to odd gives is rounded to 16 bits as the double itself, where a float on the way is not") {
    const double above = 1 + 0x1p-11 + 0x1p-40;  // just above the middle of two neighbours
    CHECK(float_to_f16(static_cast<float>(above)) == 0x3c00);
    CHECK(float_to_f16(round_to_odd(above)) == 0x3c01);
    CHECK(float_to_bf16(round_to_odd(1 + 0x1p-8 + 0x1p-40)) == 0x3f81);
}

TEST_CASE("rounding to odd keeps what a float holds, and says by its last bit that something was lost") {
    CHECK(round_to_odd(1.5) == 1.5f);
    CHECK(std::signbit(round_to_odd(-0.0)));
    CHECK(round_to_odd(1 + 0x1p-50) == std::nextafter(1.0f, 2.0f));
    CHECK(round_to_odd(-1 - 0x1p-50) == std::nextafter(-1.0f, -2.0f));
    CHECK(round_to_odd(1e300) == std::numeric_limits<float>::max());
    CHECK(round_to_odd(std::numeric_limits<double>::infinity()) == std::numeric_limits<float>::infinity());
    CHECK(std::isnan(round_to_odd(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("elements are read and written at any address") {
    std::array<std::byte, 40> memory{};
    for (const dtype type : {dtype::f64, dtype::f32, dtype::f16, dtype::bf16})
        for (const std::size_t offset : {0, 1, 3}) {
            store_element(type, memory.data() + offset, 2, -1.5f);
            CHECK(load_element<float>(type, memory.data() + offset, 2) == -1.5f);
            store_element(type, memory.data() + offset, 2, 0.375);
            CHECK(load_element<double>(type, memory.data() + offset, 2) == 0.375);
        }
}
