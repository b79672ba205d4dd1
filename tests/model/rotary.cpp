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
    const auto frequencies = rotary_frequencies(
        {.dims = 128, .theta = 500000, .factor = 8, .low_factor = 1, .high_factor = 4, .original_context = 8192});
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
