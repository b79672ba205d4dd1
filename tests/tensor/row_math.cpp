// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/row_math.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <vector>

using namespace bouillon::detail;

namespace {

/// The error of `value` in units of the last place of the float nearest to `exact`.
double error_in_last_places(float value, double exact) {
    const auto nearest = static_cast<float>(exact);
    if (value == nearest) return 0;
    const double unit = std::nextafter(nearest, std::numeric_limits<float>::infinity()) - static_cast<double>(nearest);
    return std::abs(static_cast<double>(value) - exact) / unit;
}

}  // namespace

TEST_CASE("exponentials of floats of every magnitude are exact to one unit in the last place") {
    std::vector<float> x;
    for (std::uint64_t bits = 0; bits <= 0xffffffff; bits += 4099) {
        const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        if (!std::isnan(value)) x.push_back(value);
    }
    for (const float value : {88.72283f, 88.72284f, -87.33654f, -103.97f, -103.98f, -104.1f}) x.push_back(value);
    auto e = x;
    exponentials(e.data(), e.size(), 0);
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        worst = std::max(worst, error_in_last_places(e[i], std::exp(static_cast<double>(x[i]))));
    CHECK(worst < 1.0);
}

TEST_CASE("the exponential of NaN is NaN, of infinity infinity and of minus infinity 0") {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (const std::size_t count : {3, 11}) {  // within a register and beyond
        std::vector<float> x(count, 0.0f);
        x[count - 1] = std::numeric_limits<float>::quiet_NaN();
        x[count - 2] = infinity;
        x[count - 3] = -infinity;
        exponentials(x.data(), count, 0);
        CHECK(std::isnan(x[count - 1]));
        CHECK(x[count - 2] == infinity);
        CHECK(x[count - 3] == 0);
    }
}

TEST_CASE("a cap is exact to three units in the last place, whatever is capped, and keeps NaN") {
    std::vector<float> x;
    for (std::uint64_t bits = 0; bits <= 0xffffffff; bits += 8209) {
        const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        if (!std::isnan(value) && std::abs(value) > 1e-35f) x.push_back(value);
    }
    auto capped = x;
    cap_all(capped.data(), capped.size(), 1);
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        worst =
            std::max(worst, error_in_last_places(std::abs(capped[i]), std::abs(std::tanh(static_cast<double>(x[i])))));
    CHECK(worst < 3.0);
    std::vector<float> few = {1e30f, -1e30f, std::numeric_limits<float>::quiet_NaN(), 0};
    cap_all(few.data(), few.size(), 50);
    CHECK(few[0] == 50);
    CHECK(few[1] == -50);
    CHECK(std::isnan(few[2]));
    CHECK(few[3] == 0);
}

TEST_CASE("row operations agree with loops in float64 for every length") {
    for (std::size_t count = 0; count < 50; ++count) {
        std::vector<float> x(count + 1), up(count + 1, 2.0f);
        for (std::size_t i = 0; i < count; ++i) x[i] = std::sin(static_cast<float>(7 * i + count)) * 9;
        x[count] = 1e9f;  // behind the row, not to be touched
        float largest = -std::numeric_limits<float>::infinity();
        double squares = 0, sum = 0;
        for (std::size_t i = 0; i < count; ++i) {
            largest = std::max(largest, x[i]);
            squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
            sum += std::exp(static_cast<double>(x[i]) - 1.5);
        }
        CHECK(largest_of(x.data(), count) == largest);
        CHECK(sum_of_squares(x.data(), count) == doctest::Approx(squares).epsilon(1e-14));
        auto e = x, gate = x;
        CHECK(exponentials(e.data(), count, 1.5f) == doctest::Approx(sum).epsilon(1e-6));
        gated_silu(gate.data(), up.data(), count);
        for (std::size_t i = 0; i < count; ++i) {
            const auto value = static_cast<double>(x[i]);
            CHECK(static_cast<double>(gate[i]) == doctest::Approx(2 * value / (1 + std::exp(-value))).epsilon(1e-6));
        }
        CHECK(e[count] == 1e9f);
        CHECK(gate[count] == 1e9f);
    }
}
