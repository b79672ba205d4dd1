// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/normal.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace bouillon {

/// What a paired test found.
struct paired_test {
    double p = 1;              ///< two-sided
    bool exact = true;         ///< from the distribution itself; else from its normal approximation
    std::size_t pairs = 0;     ///< that differ
    std::size_t lower = 0;     ///< in which the first is lower
    std::size_t higher = 0;    ///< in which the first is higher
    bool leans_lower = false;  ///< whether the ranks say that the first is the lower one
};

namespace detail {

/// Twice the ranks (n) of some magnitudes from the smallest, 2, on; those that are equal share their mean rank.
inline std::vector<std::size_t> doubled_ranks(std::span<const double> magnitudes) {
    std::vector<std::size_t> order(magnitudes.size()), ranks(magnitudes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return magnitudes[a] < magnitudes[b]; });
    for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
        while (last < order.size() && magnitudes[order[last]] == magnitudes[order[first]]) ++last;
        for (std::size_t i = first; i < last; ++i) ranks[order[i]] = first + last + 1;
    }
    return ranks;
}

/// Probability that a sum of some of the ranks, each taken with probability one half, is at most `sum`.
inline double rank_sum_probability(std::span<const std::size_t> ranks, std::size_t sum) {
    const std::size_t all = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
    std::vector<double> mass(all + 1, 0.0);
    mass[0] = 1;
    for (const std::size_t rank : ranks)
        for (std::size_t total = all + 1; total-- > 0;)
            mass[total] = 0.5 * (mass[total] + (total >= rank ? mass[total - rank] : 0));
    return std::accumulate(mass.begin(), mass.begin() + static_cast<std::ptrdiff_t>(sum) + 1, 0.0);
}

/// The same by the normal distribution, with a correction for continuity.
inline double approximate_rank_sum_probability(std::span<const std::size_t> ranks, std::size_t sum) {
    double mean = 0, variance = 0;
    for (const std::size_t rank : ranks) {
        mean += 0.5 * static_cast<double>(rank);
        variance += 0.25 * static_cast<double>(rank) * static_cast<double>(rank);
    }
    return normal_cdf((static_cast<double>(sum) + 1 - mean) / std::sqrt(variance));  // 1: half a rank, doubled
}

}  // namespace detail

/// As many pairs that differ as the signed-rank test is exact for.
inline constexpr std::size_t exact_pairs = 200;

/// Wilcoxon's signed-rank test of two systems on the same problems: whether their differences lie about 0.
///
/// Pairs without a difference are left out; equal differences share their mean rank. Up to 200 pairs p is exact, also
/// with equal differences; above it is the normal approximation with a correction for continuity. Infinite values are
/// higher than all others and equal to each other.
/// @param first,second (pairs), the two systems' values
/// Cost: O(n^3) up to 200 pairs, 10 ms there. Reference: Wilcoxon (1945); Pratt and Gibbons (1981), section 3.7.
inline paired_test signed_rank_test(std::span<const double> first, std::span<const double> second) {
    std::vector<double> magnitudes;  // (pairs that differ)
    std::vector<bool> is_lower;
    for (std::size_t i = 0; i < first.size(); ++i) {
        if (first[i] == second[i]) continue;
        magnitudes.push_back(std::abs(first[i] - second[i]));
        is_lower.push_back(first[i] < second[i]);
    }
    paired_test result{.pairs = magnitudes.size()};
    result.lower = static_cast<std::size_t>(std::count(is_lower.begin(), is_lower.end(), true));
    result.higher = result.pairs - result.lower;
    if (magnitudes.empty()) return result;
    const auto ranks = detail::doubled_ranks(magnitudes);
    std::size_t sums[2] = {0, 0};  // of ranks where the first is higher, and lower
    for (std::size_t i = 0; i < ranks.size(); ++i) sums[is_lower[i]] += ranks[i];
    result.leans_lower = sums[1] > sums[0];
    const std::size_t smaller = std::min(sums[0], sums[1]);
    result.exact = result.pairs <= exact_pairs;
    const double one_sided = result.exact ? detail::rank_sum_probability(ranks, smaller)
                                          : detail::approximate_rank_sum_probability(ranks, smaller);
    result.p = std::min(1.0, 2 * one_sided);
    return result;
}

}  // namespace bouillon
