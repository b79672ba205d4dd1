// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/space/spread.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// Puts what a sum lacks to 1 on the largest coordinate, twice, because the first correction is itself rounded.
inline void make_sum_one(std::span<double> weights) {
    for (int pass = 0; pass < 2; ++pass)
        *std::max_element(weights.begin(), weights.end()) += 1 - std::accumulate(weights.begin(), weights.end(), 0.0);
}

}  // namespace detail

/// Averages of any number of checkpoints: the point, the unit point and the merge weights are one and the same vector.
///
///     merged = sum_k w_k checkpoint_k,   w_k >= 0,   sum_k w_k = 1
///
/// The surrogate sees w itself, so that a merge weight of exactly zero is an ordinary point.
struct simplex {
    std::size_t checkpoints = 2;  ///< how many there are

    /// Refuses numbers that make no space.
    ///
    /// @throws input_error when there is no checkpoint
    void check() const {
        if (checkpoints == 0) throw input_error("simplex: the number of checkpoints is 0, but it must be 1 or more");
    }

    std::size_t dimension() const { return checkpoints; }

    /// The nearest point of the simplex: max(v_k - theta, 0), with theta such that the sum is one.
    ///
    /// Zeros are exact.
    /// Cost: O(d log d).
    /// Reference: Duchi et al. (2008), figure 1.
    void project(std::span<double> unit_point) const {
        std::vector<double> sorted(unit_point.begin(), unit_point.end());  // (d)
        std::sort(sorted.begin(), sorted.end(), std::greater<>());
        double sum = 0;
        double theta = 0;
        for (std::size_t k = 0; k < sorted.size(); ++k) {
            sum += sorted[k];
            const double candidate = (sum - 1) / static_cast<double>(k + 1);
            if (sorted[k] > candidate) theta = candidate;
        }
        for (double& weight : unit_point) weight = weight - theta > rounding ? weight - theta : 0.0;
        detail::make_sum_one(unit_point);
    }

    std::size_t cube_dimension() const { return checkpoints - 1; }

    /// Breaks a stick: of what is left, checkpoint k gets the share 1 - u_k^(1 / (K - 1 - k)), the last one the rest.
    ///
    /// The shares that make Dirichlet(1, ..., 1), which is uniform on the simplex.
    std::vector<double> from_cube(std::span<const double> cube_point) const {
        std::vector<double> weights(checkpoints);
        double rest = 1;
        for (std::size_t k = 0; k + 1 < checkpoints; ++k) {
            const double kept = std::pow(cube_point[k], 1 / static_cast<double>(checkpoints - 1 - k));
            weights[k] = rest * (1 - kept);
            rest *= kept;
        }
        weights.back() = rest;
        project(weights);
        return weights;
    }

    /// Averages of the newest checkpoints, then every other one alone, the newest first, then points far from each
    /// other.
    std::vector<std::vector<double>> initial_design(std::size_t n, random_engine& engine) const {
        auto design = newest_averages();  // (n, d)
        for (std::size_t k = checkpoints; k > 1; --k) {
            design.emplace_back(checkpoints, 0.0);
            design.back()[k - 2] = 1;
        }
        while (design.size() < n) design.push_back(farthest_sample(*this, design, engine));
        design.resize(n);
        return design;
    }

    std::vector<double> point(std::span<const double> unit_point) const {
        return {unit_point.begin(), unit_point.end()};
    }

    std::vector<double> unit_point(std::span<const double> point) const {
        std::vector<double> unit_point(point.begin(), point.end());
        project(unit_point);
        return unit_point;
    }

    std::vector<double> merge_weights(std::span<const double> point) const { return {point.begin(), point.end()}; }

    static constexpr double rounding = 1e-13;  ///< a weight below it is the trace of a zero that was computed with

    /// Equal merge weights on the newest k checkpoints, zero on the others.
    std::vector<double> newest_average(std::size_t k) const {
        std::vector<double> weights(checkpoints, 0.0);
        std::fill(weights.end() - static_cast<std::ptrdiff_t>(k), weights.end(), 1.0 / static_cast<double>(k));
        return weights;
    }

    /// The average of all, the newest alone, averages of the newest 2, 3, 5, 8, ...
    std::vector<std::vector<double>> newest_averages() const {
        std::vector<std::vector<double>> averages = {newest_average(checkpoints)};
        for (std::size_t k = 1, next = 2; k < checkpoints; k = std::exchange(next, k + next))
            averages.push_back(newest_average(k));
        return averages;
    }

    std::string name() const { return "simplex"; }
};

static_assert(merge_space<simplex>);

}  // namespace bouillon
