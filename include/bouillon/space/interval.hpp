// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/space/concept.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// Two checkpoints: the point is the newer one's merge weight, which lies between two bounds.
///
///     merged = (1 - lambda) older + lambda newer,   lower <= lambda <= upper
///
/// Reference: Liu et al. (2025), section 4, where lower is alpha and upper is 1.
struct interval {
    double lower = 0.5;  ///< bound of the newer checkpoint's merge weight
    double upper = 1;    ///< bound of the same

    /// Refuses numbers that make no space.
    ///
    /// @throws input_error when the bounds are not finite or not in order
    void check() const {
        if (!(std::isfinite(lower) && std::isfinite(upper) && lower < upper))
            throw input_error("interval: the lower bound " + to_string(lower) + " must be below the upper bound " +
                              to_string(upper));
    }

    std::size_t dimension() const { return 1; }

    void project(std::span<double> unit_point) const { unit_point[0] = std::clamp(unit_point[0], 0.0, 1.0); }

    std::size_t cube_dimension() const { return 1; }

    std::vector<double> from_cube(std::span<const double> cube_point) const { return {cube_point[0]}; }

    /// Both ends first (the two checkpoints themselves when the bounds are 0 and 1), then ever finer halves.
    std::vector<std::vector<double>> initial_design(std::size_t n, random_engine&) const {
        std::vector<std::vector<double>> design = {{0.0}, {1.0}};  // (n, 1)
        for (double step = 0.5; design.size() < n; step /= 2)
            for (double point = step; point < 1 && design.size() < n; point += 2 * step) design.push_back({point});
        design.resize(n);
        return design;
    }

    std::vector<double> point(std::span<const double> unit_point) const {
        return {std::lerp(lower, upper, unit_point[0])};
    }

    std::vector<double> unit_point(std::span<const double> point) const {
        return {std::clamp((point[0] - lower) / (upper - lower), 0.0, 1.0)};
    }

    std::vector<double> merge_weights(std::span<const double> point) const { return {1 - point[0], point[0]}; }

    /// None at 0 and 1, where the best merge is one of the checkpoints.
    std::vector<reached_bound> reached_bounds(std::span<const double> point) const {
        const double near = 0.01 * (upper - lower);
        if (point[0] <= lower + near && lower != 0) return {{"lower", lower}};
        if (point[0] >= upper - near && upper != 1) return {{"upper", upper}};
        return {};
    }

    std::string name() const { return "interval"; }
};

static_assert(merge_space<interval> && bounded_space<interval>);

}  // namespace bouillon
