// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/space/spread.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// Merges of a long run by few knobs: the newest part of it, thinned out, weighted by a decay's shape, and moved along
/// the run's drift. A point is (window, spacing, shape, step):
///
/// - window: checkpoints, 1 to all; a part of one counts in part;
/// - spacing: only every so-manyth checkpoint, counted from the newest, is merged; rounded, up to half of them;
/// - shape: p, from 1/4 to 4. The merge stands for a learning rate that decays as 1 - t^p over the window
///   (schedule_weights.hpp): 1 is the plain average, 1/2 the 1-sqrt decay, above 1 the newest count most, as in a
///   moving average;
/// - step: windows by which the merge's centre moves past where it was, from the older half of the window to the newer:
///   the average of a moving run lags behind it by half a window.
///
/// Where several points would be the same merge only one is of the space: spacings are whole, a window has no more
/// checkpoints than the spacing leaves, and the window of 1, the newest checkpoint, has spacing 1, shape 1 and step 0.
/// So a search that tries no point twice tries no merge twice.
///
/// Reference: Tian et al. (2025), WSM, arXiv 2507.17634 (window and shape).
struct schedule {
    std::size_t checkpoints = 2;  ///< how many there are
    double largest_step = 0.5;    ///< windows

    /// Refuses numbers that make no space.
    ///
    /// @throws input_error when there is nothing to merge or the largest step is negative
    void check() const {
        if (checkpoints < 2)
            throw input_error("schedule: the number of checkpoints is " + to_string(checkpoints) +
                              ", but it must be 2 or more");
        if (!(largest_step > 0 && std::isfinite(largest_step)))
            throw input_error("schedule: the largest step is " + to_string(largest_step) +
                              ", but it must be a positive number");
    }

    std::size_t dimension() const { return 4; }

    void project(std::span<double> unit_point) const {
        for (double& u : unit_point) u = std::clamp(u, 0.0, 1.0);
        const std::size_t spacing = spacing_at(unit_point[1]);
        unit_point[1] = unit_spacing(spacing);
        unit_point[0] = std::min(unit_point[0], unit_longest_window(spacing));
        if (unit_point[0] > 0) return;
        unit_point[1] = unit_point[3] = 0;
        unit_point[2] = 0.5;
    }

    std::size_t cube_dimension() const { return 4; }

    std::vector<double> from_cube(std::span<const double> cube_point) const {
        std::vector<double> unit_point(cube_point.begin(), cube_point.end());
        const std::size_t spacings = largest_spacing();  // each takes an equal part of the cube
        const auto below = static_cast<std::size_t>(unit_point[1] * static_cast<double>(spacings));
        const std::size_t spacing = 1 + std::min(below, spacings - 1);
        unit_point[1] = unit_spacing(spacing);
        unit_point[0] *= unit_longest_window(spacing);
        project(unit_point);
        return unit_point;
    }

    /// What practice has names for: averages of all, of the newest half and quarter, the 1-sqrt decay, a moving
    /// average, every second checkpoint, and a step past the average of all; then points far from each other.
    std::vector<std::vector<double>> initial_design(std::size_t n, random_engine& engine) const {
        const auto all = static_cast<double>(checkpoints);
        std::vector<std::vector<double>> design;  // (n, 4)
        for (const auto& named :
             {std::array{all, 1.0, 1.0, 0.0}, std::array{all, 1.0, 0.5, 0.0}, std::array{0.5 * all, 1.0, 1.0, 0.0},
              std::array{all, 1.0, 1.0, 0.5 * largest_step}, std::array{all, 1.0, 2.5, 0.0},
              std::array{0.25 * all, 1.0, 1.0, 0.0}, std::array{all, 2.0, 1.0, 0.0}}) {
            auto candidate = unit_point(named);
            if (nearest_distance(candidate, design) > 1e-9) design.push_back(std::move(candidate));
        }
        while (design.size() < n) design.push_back(farthest_of([&] { return uniform_sample(*this, engine); }, design));
        design.resize(n);
        return design;
    }

    std::vector<double> point(std::span<const double> unit_point) const {
        std::vector<double> point(4);
        for (std::size_t i = 0; i < 4; ++i) point[i] = std::lerp(ranges()[i].first, ranges()[i].second, unit_point[i]);
        point[2] = std::exp2(point[2]);
        return point;
    }

    std::vector<double> unit_point(std::span<const double> point) const {
        std::vector<double> unit_point(point.begin(), point.end());
        unit_point[2] = std::log2(unit_point[2]);
        for (std::size_t i = 0; i < 4; ++i) {
            const auto [lower, upper] = ranges()[i];
            unit_point[i] = upper > lower ? (unit_point[i] - lower) / (upper - lower) : 0;
        }
        project(unit_point);
        return unit_point;
    }

    /// w_k = F(b_k) - F(a_k) + step (G(b_k) - G(a_k)) for the k-th chosen checkpoint, whose part of the window is from
    /// a_k to b_k, shares of it: F(t) = t^p, and G rises from 0 by -4 to the middle and back by 4, so that a step of 1
    /// moves the centre by the window's length.
    ///
    /// Sums to 1; below 0 only where the step is large.
    std::vector<double> merge_weights(std::span<const double> point) const {
        const auto spacing = static_cast<std::size_t>(std::lround(point[1]));
        const std::size_t chosen = left_by(spacing);
        const double window = std::min(point[0], static_cast<double>(chosen)), shape = point[2], step = point[3];
        const auto before = [&](double from_newest) {  // how much of the merge is that old or older
            const double t = std::clamp(1 - from_newest / window, 0.0, 1.0);
            return std::pow(t, shape) - 4 * step * std::min(t, 1 - t);
        };
        std::vector<double> weights(checkpoints, 0.0);
        for (std::size_t i = 0; i < chosen; ++i) {
            const auto age = static_cast<double>(i);
            weights[checkpoints - 1 - i * spacing] = before(age) - before(age + 1);
        }
        return weights;
    }

    /// The largest step, and what only other checkpoints or another space go beyond: all checkpoints, the shapes' ends.
    std::vector<reached_bound> reached_bounds(std::span<const double> point) const {
        std::vector<reached_bound> reached;
        const auto all = static_cast<double>(checkpoints),
                   longest = static_cast<double>(left_by(static_cast<std::size_t>(std::lround(point[1]))));
        if (point[0] >= longest - 0.01 * (all - 1))
            reached.push_back({"window", longest, "begin with older checkpoints"});
        if (const double power = std::log2(point[2]); point[0] > 1 && std::abs(power) >= 0.98 * largest_power)
            reached.push_back({"shape", std::exp2(std::copysign(largest_power, power)), "search the simplex"});
        if (point[3] >= 0.99 * largest_step) reached.push_back({"largest_step", largest_step});
        return reached;
    }

    std::string name() const { return "schedule"; }

 private:
    static constexpr double largest_power = 2;  // of 2, the shape's

    std::size_t largest_spacing() const { return std::max<std::size_t>(checkpoints / 2, 1); }

    /// Checkpoints that a spacing leaves.
    std::size_t left_by(std::size_t spacing) const { return (checkpoints - 1) / spacing + 1; }

    std::size_t spacing_at(double u) const {
        return static_cast<std::size_t>(std::lround(std::lerp(1.0, static_cast<double>(largest_spacing()), u)));
    }
    double unit_spacing(std::size_t spacing) const {
        return spacing == 1 ? 0 : static_cast<double>(spacing - 1) / static_cast<double>(largest_spacing() - 1);
    }
    double unit_longest_window(std::size_t spacing) const {
        return static_cast<double>(left_by(spacing) - 1) / static_cast<double>(checkpoints - 1);
    }

    /// Of the coordinates, the shape's in powers of 2.
    std::array<std::pair<double, double>, 4> ranges() const {
        return {std::pair{1.0, static_cast<double>(checkpoints)},
                std::pair{1.0, static_cast<double>(largest_spacing())}, std::pair{-largest_power, largest_power},
                std::pair{0.0, largest_step}};
    }
};

static_assert(merge_space<schedule> && bounded_space<schedule>);

}  // namespace bouillon
