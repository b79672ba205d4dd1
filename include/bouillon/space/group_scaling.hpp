// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/concept.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// A merge refined group by group: in each group of tensors the step from the newest checkpoint to the merge is made
/// shorter or longer.
///
///     weights of group g = newest + s_g (merged - newest)
///
/// A point has the s_g of the groups that are free: 0 keeps the newest checkpoint's tensors, 1 takes the merge's, and
/// beyond goes farther the same way. A group whose bounds are equal is frozen there. As many dimensions as free groups,
/// however many checkpoints there are.
struct group_scaling {
    std::vector<double> merged;  ///< (checkpoints), newest last: the merge weights that all tensors begin with
    std::vector<double> lower;   ///< (groups), of each s_g
    std::vector<double> upper;   ///< (groups)

    /// Refuses numbers that make no space.
    ///
    /// @throws input_error when no group is free, bounds are not finite, not in order or not as many, or a merge weight
    /// is not finite
    void check() const {
        if (lower.size() != upper.size())
            throw input_error("group scaling: " + to_string(lower.size()) + " lower bounds and " +
                              to_string(upper.size()) + " upper bounds");
        for (std::size_t g = 0; g < lower.size(); ++g)
            if (!(std::isfinite(lower[g]) && std::isfinite(upper[g]) && lower[g] <= upper[g]))
                throw input_error("group scaling: group " + to_string(g) + " has lower bound " + to_string(lower[g]) +
                                  " and upper bound " + to_string(upper[g]));
        if (dimension() == 0) throw input_error("group scaling: all groups are frozen, so there is nothing to search");
        if (merged.empty()) throw input_error("group scaling: there are no merge weights to begin with");
        for (std::size_t k = 0; k < merged.size(); ++k)
            detail::require_option(std::isfinite(merged[k]), "group scaling", "merged[" + to_string(k) + "]", merged[k],
                                   "finite");
    }

    std::size_t dimension() const { return free().lower.size(); }
    void project(std::span<double> unit_point) const { free().project(unit_point); }
    std::size_t cube_dimension() const { return dimension(); }
    std::vector<double> from_cube(std::span<const double> cube_point) const { return free().from_cube(cube_point); }

    /// A Latin hypercube.
    std::vector<std::vector<double>> initial_design(std::size_t n, random_engine& engine) const {
        return free().initial_design(n, engine);
    }

    std::vector<double> point(std::span<const double> unit_point) const { return free().point(unit_point); }
    std::vector<double> unit_point(std::span<const double> point) const { return free().unit_point(point); }

    /// (groups, checkpoints), row by row.
    std::vector<double> merge_weights(std::span<const double> point) const {
        std::vector<double> weights;
        std::size_t next = 0;
        for (std::size_t g = 0; g < lower.size(); ++g) {
            const double scale = lower[g] < upper[g] ? point[next++] : lower[g];
            for (std::size_t k = 0; k < merged.size(); ++k) {
                const double newest = k + 1 == merged.size() ? 1 : 0;
                weights.push_back(std::lerp(newest, merged[k], scale));  // exact at 0 and at 1
            }
        }
        return weights;
    }

    /// Whether every group may have this scale.
    bool contains_same_for_all(double scale) const {
        for (std::size_t g = 0; g < lower.size(); ++g)
            if (scale < lower[g] || scale > upper[g]) return false;
        return true;
    }

    /// The point at which every free group has one scale, or the nearest that its bounds allow.
    std::vector<double> same_for_all(double scale) const {
        std::vector<double> point;  // (free groups)
        for (std::size_t g = 0; g < lower.size(); ++g)
            if (lower[g] < upper[g]) point.push_back(std::clamp(scale, lower[g], upper[g]));
        return point;
    }

    /// Named by the group's number, "upper of group 2".
    ///
    /// None at 0, where a group keeps the newest checkpoint's tensors.
    std::vector<reached_bound> reached_bounds(std::span<const double> point) const {
        std::vector<reached_bound> reached;
        std::size_t next = 0;
        for (std::size_t g = 0; g < lower.size(); ++g) {
            if (lower[g] == upper[g]) continue;
            const double scale = point[next++], near = 0.01 * (upper[g] - lower[g]);
            if (scale <= lower[g] + near && lower[g] != 0)
                reached.push_back({"lower of group " + to_string(g), lower[g]});
            if (scale >= upper[g] - near) reached.push_back({"upper of group " + to_string(g), upper[g]});
        }
        return reached;
    }

    std::string name() const { return "group_scaling"; }

 private:
    box free() const {
        box result;
        for (std::size_t g = 0; g < lower.size(); ++g)
            if (lower[g] < upper[g]) {
                result.lower.push_back(lower[g]);
                result.upper.push_back(upper[g]);
            }
        return result;
    }
};

static_assert(merge_space<group_scaling> && bounded_space<group_scaling>);

}  // namespace bouillon
