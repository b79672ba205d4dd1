// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace bouillon::detail {

/// Whether a point (d) may be the best, by the state.
inline bool is_eligible(const search_state& state, std::span<const double> point) {
    if (state.eligible.empty()) return true;
    const std::span<const double> all = state.eligible;
    for (std::size_t first = 0; first < all.size(); first += point.size())
        if (std::ranges::equal(point, all.subspan(first, point.size()))) return true;
    return false;
}

/// Points by whether they may be the best.
struct divided_points {
    std::vector<double> inside;   ///< (may, d)
    std::vector<double> outside;  ///< (may not, d)
};

/// Points (m, d) by whether they may be the best, by the state, in their order.
inline divided_points divide(const search_state& state, std::span<const double> points, std::size_t d) {
    divided_points divided;
    for (std::size_t first = 0; first < points.size(); first += d) {
        const auto point = points.subspan(first, d);
        auto& side = is_eligible(state, point) ? divided.inside : divided.outside;
        side.insert(side.end(), point.begin(), point.end());
    }
    return divided;
}

}  // namespace bouillon::detail
