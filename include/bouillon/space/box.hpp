// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/space/concept.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// A box for any objective: coordinate i lies between lower[i] and upper[i].
struct box {
    std::vector<double> lower;  ///< (d)
    std::vector<double> upper;  ///< (d)

    /// Refuses numbers that make no space.
    ///
    /// @throws input_error when the bounds differ in number, or a pair is not finite or not in order
    void check() const {
        if (lower.empty() || lower.size() != upper.size())
            throw input_error("box: " + to_string(lower.size()) + " lower bounds and " + to_string(upper.size()) +
                              " upper bounds");
        for (std::size_t i = 0; i < lower.size(); ++i)
            if (!(std::isfinite(lower[i]) && std::isfinite(upper[i]) && lower[i] < upper[i]))
                throw input_error("box: coordinate " + to_string(i) + " has lower bound " + to_string(lower[i]) +
                                  " and upper bound " + to_string(upper[i]));
    }

    std::size_t dimension() const { return lower.size(); }

    void project(std::span<double> unit_point) const {
        for (double& coordinate : unit_point) coordinate = std::clamp(coordinate, 0.0, 1.0);
    }

    std::size_t cube_dimension() const { return dimension(); }

    std::vector<double> from_cube(std::span<const double> cube_point) const {
        return {cube_point.begin(), cube_point.end()};
    }

    /// A Latin hypercube: n points of which each coordinate visits every n-th part of its range once.
    std::vector<std::vector<double>> initial_design(std::size_t n, random_engine& engine) const {
        std::vector<std::vector<double>> design(n, std::vector<double>(dimension()));  // (n, d)
        std::vector<std::size_t> part(n);
        for (std::size_t coordinate = 0; coordinate < dimension(); ++coordinate) {
            std::iota(part.begin(), part.end(), std::size_t{0});
            shuffle(std::span(part), engine);
            for (std::size_t i = 0; i < n; ++i)
                design[i][coordinate] = (static_cast<double>(part[i]) + uniform(engine)) / static_cast<double>(n);
        }
        return design;
    }

    std::vector<double> point(std::span<const double> unit_point) const {
        std::vector<double> point(dimension());
        for (std::size_t i = 0; i < point.size(); ++i) point[i] = std::lerp(lower[i], upper[i], unit_point[i]);
        return point;
    }

    std::vector<double> unit_point(std::span<const double> point) const {
        std::vector<double> unit_point(dimension());
        for (std::size_t i = 0; i < unit_point.size(); ++i)
            unit_point[i] = std::clamp((point[i] - lower[i]) / (upper[i] - lower[i]), 0.0, 1.0);
        return unit_point;
    }

    std::string name() const { return "box"; }
};

static_assert(search_space<box> && !merge_space<box>);

}  // namespace bouillon
