// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/position_tables.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;

TEST_CASE("a table has the cosines and sines of each position's angles, times their amplitude") {
    const auto table = detail::make_rotary_table({.dims = 4, .theta = 100, .amplitude = 2}, 3);
    REQUIRE(table.cosines.size() == 6);
    for (std::size_t p = 0; p < 3; ++p)
        for (std::size_t i = 0; i < 2; ++i) {
            const double angle = static_cast<double>(p) * std::pow(100, -static_cast<double>(i) / 2);
            CHECK(table.cosines[2 * p + i] == doctest::Approx(2 * std::cos(angle)));
            CHECK(table.sines[2 * p + i] == doctest::Approx(2 * std::sin(angle)));
        }
}

TEST_CASE("windows beyond the original context have a table of their own, behind the other") {
    rotary_settings rotary{.dims = 2, .kind = rotary_settings::scaling::long_rope, .original_context = 4};
    rotary.short_factors = {1};
    rotary.long_factors = {2};
    CHECK(detail::make_rotary_table(rotary, 4).cosines.size() == 4);
    const auto both = detail::make_rotary_table(rotary, 5);
    REQUIRE(both.sines.size() == 10);
    CHECK(both.sines[3] == doctest::Approx(std::sin(3.0)));
    CHECK(both.sines[5 + 3] == doctest::Approx(std::sin(1.5)));
}

TEST_CASE("ALiBi's slopes are powers, and those of twice as many heads in between") {
    CHECK(detail::alibi_slopes(4) == std::vector<double>{0.25, 0.0625, 0.015625, 0.00390625});
    const auto six = detail::alibi_slopes(6);
    CHECK(six[3] == 0.00390625);
    CHECK(six[4] == 0.5);
    CHECK(six[5] == 0.125);
}

TEST_CASE("a position's bias is its slope times its place, in Falcon rounded to BF16") {
    decoder of{.heads = 4, .head_dim = 4};
    of.bias_by_position = position_bias::alibi;
    const auto plain = detail::make_position_bias(of, 3);
    CHECK(plain ==
          std::vector<float>{0, 0.25f, 0.5f, 0, 0.0625f, 0.125f, 0, 0.015625f, 0.03125f, 0, 0.00390625f, 0.0078125f});
    of.bias_by_position = position_bias::rounded_alibi;
    const auto rounded = detail::make_position_bias(of, 300);
    CHECK(rounded[2] == 0.25f);
    CHECK(rounded[257] == 0.25f * 256 / 2);  // 257 needs nine bits
    of.heads = 12;                           // whose slopes are no powers of two: 2^-1.5 is 0.353515625 in BF16
    of.head_dim = 1;
    const auto twelve = detail::make_position_bias(of, 2048);
    const std::size_t ninth = 9 * 2048;
    CHECK(twelve[ninth + 257] == 90.5f);  // 256 times the slope, in eight bits
    CHECK(twelve[ninth + 2047] == 724);   // 2048 times
}
