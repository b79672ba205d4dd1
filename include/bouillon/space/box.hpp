// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/space/box_coordinate.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/space/spread.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// A box for any objective: coordinate i lies between lower[i] and upper[i].
///
/// Coordinates may be logarithmic, and whole numbers: then the surrogate sees the whole number that is tried, and no
/// point is tried twice.
///
///     box{.lower = {1, 1e-5}, .upper = {12, 1e-1}, .coordinates = {{.integer = true}, {.logarithmic = true}}}
struct box {
    std::vector<double> lower;                     ///< (d)
    std::vector<double> upper;                     ///< (d)
    std::vector<box_coordinate> coordinates = {};  ///< (d); empty: none is logarithmic or an integer

    /// Refuses numbers that make no space.
    ///
    /// @throws input_error when the bounds differ in number, or a pair is not finite or not in order, or not what its
    /// coordinate asks for
    void check() const {
        if (lower.empty() || lower.size() != upper.size())
            throw input_error("box: " + to_string(lower.size()) + " lower bounds and " + to_string(upper.size()) +
                              " upper bounds");
        if (!coordinates.empty() && coordinates.size() != dimension())
            throw input_error("box: " + to_string(coordinates.size()) + " coordinates for " + to_string(dimension()) +
                              " pairs of bounds");
        for (std::size_t i = 0; i < dimension(); ++i) coordinate(i).check("box: coordinate " + to_string(i));
    }

    std::size_t dimension() const { return lower.size(); }

    void project(std::span<double> unit_point) const {
        for (std::size_t i = 0; i < unit_point.size(); ++i) unit_point[i] = coordinate(i).nearest(unit_point[i]);
    }

    std::size_t cube_dimension() const { return dimension(); }

    std::vector<double> from_cube(std::span<const double> cube_point) const {
        std::vector<double> unit_point(dimension());
        for (std::size_t i = 0; i < unit_point.size(); ++i) unit_point[i] = coordinate(i).from_cube(cube_point[i]);
        return unit_point;
    }

    /// A Latin hypercube (n, d).
    ///
    /// Of integers a point that came already is replaced by one far from all others.
    std::vector<std::vector<double>> initial_design(std::size_t n, random_engine& engine) const {
        auto design = latin_hypercube(n, dimension(), engine);
        for (auto& cube_point : design) cube_point = from_cube(cube_point);
        design.resize(std::min(n, points().value_or(n)));
        for (std::size_t i = 0; i < design.size(); ++i)
            if (const auto before = std::span(design).first(i); nearest_distance(design[i], before) == 0)
                design[i] = farthest_sample(*this, before, engine);
        return design;
    }

    std::vector<double> point(std::span<const double> unit_point) const {
        std::vector<double> point(dimension());
        for (std::size_t i = 0; i < point.size(); ++i) point[i] = coordinate(i).value(unit_point[i]);
        return point;
    }

    std::vector<double> unit_point(std::span<const double> point) const {
        std::vector<double> unit_point(dimension());
        for (std::size_t i = 0; i < unit_point.size(); ++i)
            unit_point[i] = coordinate(i).nearest(coordinate(i).unit(point[i]));
        return unit_point;
    }

    /// How many points there are where all coordinates are integers; nothing where one is not, or they are too many.
    std::optional<std::size_t> points() const {
        double count = 1;
        for (std::size_t i = 0; i < dimension(); ++i) {
            if (!steps(i)) return {};
            count *= static_cast<double>(coordinate(i).integers());
        }
        if (count > detail::bounded_coordinate::largest_integer) return {};
        return static_cast<std::size_t>(count);
    }

    std::vector<double> nth_unit_point(std::size_t n) const {
        std::vector<double> unit_point(dimension());
        for (std::size_t i = 0; i < unit_point.size(); ++i) {
            const auto along = coordinate(i);
            unit_point[i] = along.unit(along.lower + static_cast<double>(n % along.integers()));
            n /= along.integers();
        }
        return unit_point;
    }

    bool steps(std::size_t i) const { return !coordinates.empty() && coordinates[i].integer; }

    void relax(std::span<double> unit_point) const {
        for (double& coordinate : unit_point) coordinate = std::clamp(coordinate, 0.0, 1.0);
    }

    /// The next smaller and the next larger integer of each coordinate that is one, the others as they are.
    std::vector<double> neighbours(std::span<const double> unit_point) const {
        std::vector<double> beside;  // (m, d)
        for (std::size_t i = 0; i < dimension(); ++i) {
            if (!steps(i)) continue;
            const auto along = coordinate(i);
            for (const double step : {-1.0, 1.0}) {
                const double value = along.value(unit_point[i]) + step;
                if (value < along.lower || value > along.upper) continue;
                beside.insert(beside.end(), unit_point.begin(), unit_point.end());
                beside[beside.size() - dimension() + i] = along.unit(value);
            }
        }
        return beside;
    }

    std::string name() const { return "box"; }

 private:
    detail::bounded_coordinate coordinate(std::size_t i) const {
        return {lower[i], upper[i], coordinates.empty() ? box_coordinate{} : coordinates[i]};
    }
};

static_assert(search_space<box> && !merge_space<box>);
static_assert(countable_space<box> && stepped_space<box>);

}  // namespace bouillon
