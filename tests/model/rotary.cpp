// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/rotary.hpp>

#include <doctest/doctest.h>

#include <array>
#include <utility>
#include <vector>

using namespace bouillon;

TEST_CASE("plain frequencies are powers of the base") {
    const auto frequencies = rotary_frequencies({.dims = 8, .theta = 10000});
    const std::array<double, 4> expected = {1, 0.1, 0.01, 0.001};
    REQUIRE(frequencies.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(frequencies[i] == doctest::Approx(expected[i]).epsilon(1e-7));
}

TEST_CASE("scaled frequencies are those of Llama 3.1, by transformers 5.23") {
    // inv_freq of a head of 128 at theta 500000, factor 8, 1 and 4, 8192 tokens: pairs 0, 28, 29, 33, 36 and 63
    const auto frequencies = rotary_frequencies({.dims = 128,
                                                 .theta = 500000,
                                                 .kind = rotary_settings::scaling::llama3,
                                                 .factor = 8,
                                                 .original_context = 8192,
                                                 .low_factor = 1,
                                                 .high_factor = 4});
    const std::vector<std::pair<std::size_t, double>> expectations = {{0, 1},
                                                                      {28, 0.00321144611},
                                                                      {29, 0.00216657063},
                                                                      {33, 0.00031269365},
                                                                      {36, 7.78465546e-05},
                                                                      {63, 3.06892588e-07}};
    REQUIRE(frequencies.size() == 64);
    for (const auto& [pair, expected] : expectations)
        CHECK(static_cast<double>(frequencies[pair]) == doctest::Approx(expected).epsilon(3e-7));
}

TEST_CASE("linear scaling divides every frequency") {
    const auto plain = rotary_frequencies({.dims = 6, .theta = 300});
    const auto scaled = rotary_frequencies({.dims = 6, .theta = 300, .factor = 4});
    for (std::size_t i = 0; i < 3; ++i) CHECK(scaled[i] == plain[i] / 4);
}

TEST_CASE("YaRN keeps what turns often in the original context and divides what hardly turns") {
    const rotary_settings yarn{
        .dims = 64, .theta = 10000, .kind = rotary_settings::scaling::yarn, .factor = 8, .original_context = 4096};
    const auto plain = rotary_frequencies({.dims = 64, .theta = 10000}), scaled = rotary_frequencies(yarn);
    CHECK(scaled[0] == plain[0]);
    CHECK(scaled[10] == plain[10]);  // 32 turns: pair 10.4, of which the floor counts
    for (std::size_t i = 11; i < 23; ++i) {
        CHECK(scaled[i] < plain[i]);
        CHECK(scaled[i] > plain[i] / 8);
    }
    for (std::size_t i = 23; i < 32; ++i) CHECK(scaled[i] == plain[i] / 8);  // 1 turn: pair 22.5, of which the ceiling
}

TEST_CASE("LongRoPE divides each frequency by its own factor, another one in long windows") {
    rotary_settings rotary{.dims = 4, .theta = 100, .kind = rotary_settings::scaling::long_rope, .original_context = 8};
    rotary.short_factors = {1, 2};
    rotary.long_factors = {4, 5};
    const auto plain = rotary_frequencies({.dims = 4, .theta = 100});
    CHECK(rotary_frequencies(rotary) == std::vector<float>{plain[0], plain[1] / 2});
    CHECK(rotary_frequencies(rotary, true) == std::vector<float>{plain[0] / 4, plain[1] / 5});
    CHECK_FALSE(rotary.is_long(8));
    CHECK(rotary.is_long(9));
}
