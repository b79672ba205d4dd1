// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/core/uniform_sum.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/space/simplex.hpp>
#include <bouillon/space/spread.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// Averages of any number of checkpoints and what lies beyond them: the point and the merge weights are the same vector
/// w, the unit point is (w - lower) / (upper - lower).
///
///     merged = sum_k w_k checkpoint_k,   lower <= w_k <= upper,   sum_k w_k = 1
struct affine {
    std::size_t checkpoints = 2;  ///< how many there are
    double lower = -0.5;          ///< bound of each merge weight
    double upper = 1.5;           ///< bound of each merge weight

    /// Refuses numbers that make no space.
    ///
    /// @throws input_error when there is no checkpoint, or the bounds leave nothing to search
    void check() const {
        const auto refuse = [](const std::string& what) { throw input_error("affine: " + what); };
        const auto bounds = to_string(lower) + " and " + to_string(upper);
        const auto count = static_cast<double>(checkpoints);
        if (checkpoints == 0) refuse("the number of checkpoints is 0, but it must be 1 or more");
        if (!(std::isfinite(lower) && std::isfinite(upper) && lower < upper))
            refuse("the bounds " + bounds + " are not in order");
        if (!(count * lower <= 1 && 1 <= count * upper))
            refuse("no " + to_string(checkpoints) + " merge weights between " + bounds + " sum to 1");
    }

    std::size_t dimension() const { return checkpoints; }

    /// The nearest point: v_k - theta, cut off at 0 and 1, with theta such that the sum is right.
    ///
    /// As a function of theta the sum falls in straight pieces, so the piece that crosses gives theta exactly. Bounds
    /// are reached exactly.
    /// Cost: O(d log d).
    void project(std::span<double> unit_point) const {
        const auto sum = [&](double theta) {
            double total = 0;
            for (const double v : unit_point) total += std::clamp(v - theta, 0.0, 1.0);
            return total;
        };
        std::vector<double> knots;  // (2 d), where a coordinate reaches a bound
        for (const double v : unit_point) knots.insert(knots.end(), {v - 1, v});
        std::sort(knots.begin(), knots.end());
        const auto above = [&](double theta) { return sum(theta) > unit_sum(); };
        const double after = *std::partition_point(knots.begin(), knots.end() - 1, above);
        const auto moves = [&](double v) { return v - 1 < after && after <= v; };  // just before that knot
        const auto moving = static_cast<double>(std::max<std::ptrdiff_t>(std::ranges::count_if(unit_point, moves), 1));
        const double theta = after - (unit_sum() - sum(after)) / moving;
        for (double& v : unit_point) {
            v = std::clamp(v - theta, 0.0, 1.0);
            if (v < simplex::rounding) v = 0;
            if (v > 1 - simplex::rounding) v = 1;
        }
    }

    std::size_t cube_dimension() const { return checkpoints - 1; }

    /// Each coordinate in turn takes what one of the uniform numbers would that sum to what is left: uniform on the
    /// space.
    ///
    /// Between 0 and 1 it is the simplex's map.
    /// Cost: 3 microseconds for 8 checkpoints, O(d^3).
    std::vector<double> from_cube(std::span<const double> cube_point) const {
        std::vector<double> unit_point(checkpoints);
        double rest = unit_sum();
        for (std::size_t k = 0; k + 1 < checkpoints; ++k) {
            unit_point[k] = detail::uniform_given_sum(checkpoints - k, rest, cube_point[k]);
            rest -= unit_point[k];
        }
        unit_point.back() = rest;
        project(unit_point);
        return unit_point;
    }

    /// The averages that a simplex begins with, and among them two steps beyond: past the newest checkpoint, and past
    /// the average of the newer half.
    ///
    /// Then points far from each other, halfway to the average of all, because farther out losses are large and say
    /// little.
    std::vector<std::vector<double>> initial_design(std::size_t n, random_engine& engine) const {
        std::vector<std::vector<double>> design;  // (n, d)
        for (const auto& weights : first_merges()) {
            auto candidate = unit_point(weights);
            if (nearest_distance(candidate, design) > 1e-9) design.push_back(std::move(candidate));
        }
        const auto halfway = [&] {
            auto sampled = uniform_sample(*this, engine);
            for (double& u : sampled) u = 0.5 * (u + unit_sum() / static_cast<double>(checkpoints));
            return sampled;
        };
        while (design.size() < n) design.push_back(farthest_of(halfway, design));
        design.resize(n);
        return design;
    }

    std::vector<double> point(std::span<const double> unit_point) const {
        std::vector<double> weights(checkpoints);
        for (std::size_t k = 0; k < checkpoints; ++k) {
            weights[k] = std::lerp(lower, upper, unit_point[k]);
            if (std::abs(weights[k]) < simplex::rounding) weights[k] = 0;
        }
        const auto room = [&](double w) { return w == 0 ? 0 : std::min(w - lower, upper - w); };
        double& widest = *std::ranges::max_element(weights, {}, room);
        const auto missing = static_cast<double>(1 - std::accumulate(weights.begin(), weights.end(), 0.0L));
        widest = std::clamp(widest + missing, lower, upper);
        return weights;
    }

    std::vector<double> unit_point(std::span<const double> point) const {
        std::vector<double> unit_point(checkpoints);
        for (std::size_t k = 0; k < checkpoints; ++k) unit_point[k] = (point[k] - lower) / (upper - lower);
        project(unit_point);
        return unit_point;
    }

    std::vector<double> merge_weights(std::span<const double> point) const { return {point.begin(), point.end()}; }

    std::vector<reached_bound> reached_bounds(std::span<const double> point) const {
        const auto [smallest, largest] = std::ranges::minmax(point);
        const double near = 0.01 * (upper - lower);
        std::vector<reached_bound> reached;
        if (smallest <= lower + near) reached.push_back({"lower", lower});
        if (largest >= upper - near) reached.push_back({"upper", upper});
        return reached;
    }

    std::string name() const { return "affine"; }

 private:
    std::vector<std::vector<double>> first_merges() const {
        const simplex within{checkpoints};
        auto merges = within.newest_averages();
        if (checkpoints == 1) return merges;
        const auto newest = within.newest_average(1), newer = within.newest_average(checkpoints - checkpoints / 2);
        const auto newest_two = within.newest_average(2), &all = merges[0];
        auto past_newest = newest, past_newer = newer;
        for (std::size_t k = 0; k < checkpoints; ++k) {
            past_newest[k] += 0.5 * (newest[k] - newest_two[k]);
            past_newer[k] += 0.5 * (newer[k] - all[k]);
        }
        merges.insert(merges.begin() + 2, {past_newer, past_newest});
        return merges;
    }

    /// What the coordinates of a unit point sum to.
    double unit_sum() const { return (1 - static_cast<double>(checkpoints) * lower) / (upper - lower); }
};

static_assert(merge_space<affine> && bounded_space<affine>);

}  // namespace bouillon
