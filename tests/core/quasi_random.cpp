// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/quasi_random.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <set>
#include <utility>
#include <vector>

using namespace bouillon;

namespace {

/// Points of scipy.stats.qmc.Sobol(32, scramble=False, bits=32), scipy 1.17, times 2^32. Its points come in the order
/// of a Gray code: its number i is number i ^ (i >> 1) here.
const struct {
    std::uint32_t index;
    std::array<std::uint32_t, 32> digits;
} reference[] = {
    {7u, {3758096384u, 3758096384u, 536870912u,  1610612736u, 3758096384u, 2684354560u, 3758096384u, 1610612736u,
          1610612736u, 536870912u,  1610612736u, 3758096384u, 3758096384u, 536870912u,  3758096384u, 1610612736u,
          3758096384u, 1610612736u, 1610612736u, 2684354560u, 2684354560u, 2684354560u, 3758096384u, 1610612736u,
          1610612736u, 1610612736u, 3758096384u, 536870912u,  2684354560u, 2684354560u, 3758096384u, 2684354560u}},
    {86u, {1778384896u, 1107296256u, 3321888768u, 3120562176u, 3791650816u, 3187671040u, 100663296u,  2046820352u,
           2717908992u, 2986344448u, 1979711488u, 2919235584u, 2046820352u, 3657433088u, 1375731712u, 2113929216u,
           2919235584u, 3187671040u, 3590324224u, 1442840576u, 3254779904u, 1711276032u, 33554432u,   2113929216u,
           100663296u,  33554432u,   4060086272u, 2852126720u, 1040187392u, 3120562176u, 3053453312u, 1778384896u}},
    {582432u, {80154624u,   3856265216u, 1576505344u, 152186880u,  3673149440u, 2643013632u, 3330461696u, 374116352u,
               652742656u,  3407900672u, 1030336512u, 2019659776u, 2817626112u, 3397988352u, 1009504256u, 4048687104u,
               2271817728u, 2011860992u, 969404416u,  2950557696u, 2152067072u, 172830720u,  1073778688u, 726872064u,
               2611859456u, 1939116032u, 2823999488u, 3430100992u, 1194225664u, 1519751168u, 151605248u,  2828627968u}},
};

std::vector<std::vector<double>> first_points(std::size_t count, std::size_t dimension, std::uint64_t seed) {
    sobol_sequence sequence(dimension, seed);
    std::vector<std::vector<double>> points(count, std::vector<double>(dimension));  // (count, dimension)
    for (auto& point : points) sequence.next(point);
    return points;
}

}  // namespace

TEST_CASE("without scrambling the points are those of Joe and Kuo") {
    for (const auto& expected : reference)
        for (std::size_t j = 0; j < 32; ++j) {
            CAPTURE(expected.index);
            CAPTURE(j);
            CHECK(detail::sobol_digits(expected.index, j) == expected.digits[j]);
        }
}

TEST_CASE("of the first 2^k points every coordinate visits each interval of length 2^-k once") {
    const std::size_t dimension = 70;  // the sequence's own coordinates and two blocks beyond them
    for (const std::size_t count : {1, 2, 16, 256})
        for (const std::uint64_t seed : {1, 99}) {
            const auto points = first_points(count, dimension, seed);
            for (std::size_t j = 0; j < dimension; ++j) {
                std::set<int> visited;
                for (const auto& point : points)
                    visited.insert(static_cast<int>(point[j] * static_cast<double>(count)));
                CHECK(visited.size() == count);
                CHECK(*visited.begin() == 0);
                CHECK(*visited.rbegin() == static_cast<int>(count) - 1);
            }
        }
}

TEST_CASE("of the first 2^k points the first two coordinates visit each rectangle of area 2^-k once") {
    const int k = 8;
    const auto points = first_points(1 << k, 2, 5);
    for (int wide = 0; wide <= k; ++wide) {
        std::set<std::pair<int, int>> visited;
        for (const auto& point : points)
            visited.emplace(static_cast<int>(std::ldexp(point[0], wide)),
                            static_cast<int>(std::ldexp(point[1], k - wide)));
        CHECK(visited.size() == points.size());
    }
}

TEST_CASE("each point by itself is uniform over the seeds") {
    const std::size_t seeds = 2000;
    for (const std::size_t j : {0, 7, 40}) {
        std::vector<double> values(seeds);
        for (std::size_t seed = 0; seed < seeds; ++seed) values[seed] = first_points(3, 41, seed)[2][j];
        std::sort(values.begin(), values.end());
        double largest_gap = 0;  // Kolmogorov and Smirnov's statistic
        for (std::size_t i = 0; i < seeds; ++i)
            largest_gap = std::max(largest_gap, std::abs(values[i] - (static_cast<double>(i) + 0.5) / seeds));
        CHECK(largest_gap < 1.63 / std::sqrt(seeds));  // 1 % critical value
    }
}

TEST_CASE("a mean over the points is nearer to the integral than one over random points can be expected to be") {
    for (const std::size_t dimension : {2, 6, 20, 40}) {
        CAPTURE(dimension);
        double squares = 0;  // of the errors of the mean of prod_j (1 + (u_j - 1/2) / 2), whose integral is 1
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            double sum = 0;
            for (const auto& point : first_points(512, dimension, seed)) {
                double product = 1;
                for (const double u : point) product *= 1 + 0.5 * (u - 0.5);
                sum += product / 512;
            }
            squares += (sum - 1) * (sum - 1) / 20;
        }
        const double variance = std::pow(1 + 0.25 / 12, static_cast<double>(dimension)) - 1;  // of one random point
        CHECK(std::sqrt(squares) < 0.5 * std::sqrt(variance / 512));
    }
}

TEST_CASE("a seed gives its points, and another seed others") {
    CHECK(first_points(8, 3, 1) == first_points(8, 3, 1));
    CHECK(first_points(8, 3, 1)[0] != first_points(8, 3, 2)[0]);
}

TEST_CASE("coordinates are above 0 and below 1") {
    for (const auto& point : first_points(4096, 33, 3))
        for (const double u : point) CHECK((u > 0 && u < 1));
}
