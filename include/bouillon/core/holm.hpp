// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace bouillon {

/// Holm's correction of p-values for the number of tests: where those at or below a level are called significant, the
/// chance that any of them is so by mistake is at most that level, however they depend on each other.
///
///     p'_(i) = max_{j <= i} min(1, (m - j + 1) p_(j)),   p_(1) <= ... <= p_(m)
///
/// Reference: Holm (1979), "A simple sequentially rejective multiple test procedure".
/// @param p (m), of the tests, none of them NaN
/// @returns (m), corrected, in the order given
inline std::vector<double> holm_corrected(std::span<const double> p) {
    std::vector<std::size_t> order(p.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
    std::vector<double> corrected(p.size());
    double largest = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        largest = std::max(largest, std::min(1.0, static_cast<double>(p.size() - rank) * p[order[rank]]));
        corrected[order[rank]] = largest;
    }
    return corrected;
}

}  // namespace bouillon
