// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/signed_rank.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace bouillon;

namespace {

paired_test against_zero(const std::vector<double>& values) {
    return signed_rank_test(values, std::vector<double>(values.size(), 0.0));
}

std::vector<double> spread_values(std::size_t count) {
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<double>(i * 37 % 101) / 101 - 0.45);
    return values;
}

}  // namespace

TEST_CASE("the exact signed-rank test has scipy's p") {
    const std::vector<double> first = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30},
                              second = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    const auto found = signed_rank_test(first, second);
    CHECK(found.p == doctest::Approx(0.0390625));
    CHECK(found.exact);
    CHECK(found.pairs == 9);
    CHECK(found.lower == 2);
    CHECK(found.higher == 7);
    CHECK_FALSE(found.leans_lower);
    CHECK(against_zero(spread_values(40)).p == doctest::Approx(0.3899927400161687));
}

TEST_CASE("the signed-rank test is exact with equal differences") {
    const auto found = against_zero({1, 1, 2, -2, 3, 4, -1, 5, 0});  // p by all 256 signs
    CHECK(found.p == doctest::Approx(0.1328125));
    CHECK(found.pairs == 8);
}

TEST_CASE("above 200 pairs the signed-rank test has scipy's approximate p") {
    const auto found = against_zero(spread_values(300));
    CHECK_FALSE(found.exact);
    CHECK(found.p == doctest::Approx(0.008763538995419776));
}

TEST_CASE("the approximation is close to the exact distribution where both can be had") {
    const auto values = spread_values(100);
    std::vector<double> magnitudes;
    for (const double value : values) magnitudes.push_back(std::abs(value));
    const auto ranks = detail::doubled_ranks(magnitudes);
    for (const std::size_t sum : {3000, 4000, 5000})
        CHECK(detail::approximate_rank_sum_probability(ranks, sum) ==
              doctest::Approx(detail::rank_sum_probability(ranks, sum)).epsilon(0.03));
}

TEST_CASE("the signed-rank test knows nothing where nothing differs and little where one pair does") {
    CHECK(against_zero({0, 0, 0}).p == 1);
    CHECK(against_zero({}).p == 1);
    CHECK(against_zero({-1}).p == 1);
    CHECK(against_zero({-1, -2, -3, -4, -5, -6}).p == doctest::Approx(2.0 / 64));
    CHECK(against_zero({-1, -2, -3, -4, -5, -6}).leans_lower);
}

TEST_CASE("infinite values are higher than others and equal to each other") {
    const std::vector<double> first = {INFINITY, INFINITY, 1}, second = {INFINITY, 1, 2};
    const auto found = signed_rank_test(first, second);
    CHECK(found.pairs == 2);
    CHECK(found.higher == 1);
    CHECK(found.lower == 1);
}
