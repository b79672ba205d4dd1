// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/search/best_tried.hpp>
#include <bouillon/search/training_data.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace bouillon::detail {

/// The surroundings of the best point of a climb: what lies within some of the surrogate's length scales.
struct basin {
    std::vector<double> centre;   ///< (d), a unit point
    std::vector<double> lengths;  ///< (d)
    double radius = 2;            ///< lengths

    bool contains(std::span<const double> unit_point) const {
        double squares = 0;
        for (std::size_t i = 0; i < centre.size(); ++i) {
            const double away = (unit_point[i] - centre[i]) / lengths[i];
            squares += away * away;
        }
        return squares <= radius * radius;
    }
};

inline bool contain(std::span<const basin> basins, std::span<const double> unit_point) {
    return std::ranges::any_of(basins, [&](const basin& one) { return one.contains(unit_point); });
}

/// What was learned outside of some basins.
inline training_data outside(std::span<const basin> basins, const training_data& data) {
    training_data kept;
    for (std::size_t i = 0; i < data.size(); ++i) {
        if (contain(basins, data.point(i))) continue;
        kept.add(data.point(i), data.scores[i], data.variances[i]);
        if (i >= data.successes) continue;
        ++kept.successes;
        if (!data.eligible.empty()) kept.eligible.push_back(data.eligible[i]);
    }
    return kept;
}

/// The basin of the best point tried. Cost: one prediction at all points of the data.
template <class Surrogate>
basin best_basin(const Surrogate& model, const training_data& data, double radius) {
    const auto centre = data.point(best_tried(model, data).index);
    return {{centre.begin(), centre.end()}, model.length_scales(), radius};
}

}  // namespace bouillon::detail
