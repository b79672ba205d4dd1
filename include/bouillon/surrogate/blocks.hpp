// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

namespace bouillon::detail {

/// Points whose covariances with the data stay in cache.
inline constexpr std::size_t points_in_block = 256;

/// Calls visit(first, count) for one block of points after another.
template <class Visit>
void for_each_block(std::size_t points, Visit&& visit) {
    for (std::size_t first = 0; first < points; first += points_in_block)
        visit(first, std::min(points_in_block, points - first));
}

}  // namespace bouillon::detail
