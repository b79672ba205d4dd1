// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace bouillon {

/// p-values as Holm's procedure adjusts them for their number: where those below a level are taken for true, one or
/// more of them is false no more often than that, however they depend on each other.
///
///     sorted ascending, adjusted p_i = max over j <= i of min(1, (m - j + 1) p_j)
///
/// Reference: Holm (1979), "A simple sequentially rejective multiple test procedure".
/// @param p_values (m), none of them NaN
/// @returns (m), in their order
inline std::vector<double> holm_adjusted(std::span<const double> p_values) {
    std::vector<std::size_t> order(p_values.size());  // (m), ascending
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p_values[i]; });
    std::vector<double> adjusted(p_values.size());
    double largest = 0;
    for (std::size_t j = 0; j < order.size(); ++j) {
        largest = std::max(largest, static_cast<double>(order.size() - j) * p_values[order[j]]);
        adjusted[order[j]] = std::min(largest, 1.0);
    }
    return adjusted;
}

}  // namespace bouillon
