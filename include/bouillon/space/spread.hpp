// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/quasi_random.hpp>
#include <bouillon/space/concept.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace bouillon {

/// Euclidean distance between two points of equal dimension.
inline double distance(std::span<const double> a, std::span<const double> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
}

/// Distance from a point to the nearest of some others; infinite when there are none.
///
/// Cost: O(n d).
inline double nearest_distance(std::span<const double> point, std::span<const std::vector<double>> others) {
    double nearest = std::numeric_limits<double>::infinity();
    for (const auto& other : others) nearest = std::min(nearest, distance(point, other));
    return nearest;
}

/// A point near another one (d), mostly very near: a normal step whose deviation is between 0.2 and 0.001, each order
/// of magnitude alike.
///
/// It may lie outside of the space.
inline std::vector<double> perturbed(std::span<const double> centre, random_engine& engine) {
    const double deviation = 0.2 * std::pow(200, -uniform(engine));
    std::vector<double> point(centre.begin(), centre.end());
    for (double& coordinate : point) coordinate += deviation * normal(engine);
    return point;
}

/// A Latin hypercube: n points (n, d) of which each coordinate visits every n-th part of [0, 1] once.
inline std::vector<std::vector<double>> latin_hypercube(std::size_t n, std::size_t d, random_engine& engine) {
    std::vector<std::vector<double>> points(n, std::vector<double>(d));
    std::vector<std::size_t> part(n);
    for (std::size_t coordinate = 0; coordinate < d; ++coordinate) {
        std::iota(part.begin(), part.end(), std::size_t{0});
        shuffle(std::span(part), engine);
        for (std::size_t i = 0; i < n; ++i)
            points[i][coordinate] = (static_cast<double>(part[i]) + uniform(engine)) / static_cast<double>(n);
    }
    return points;
}

/// A unit point of the space, drawn uniformly.
template <search_space Space>
std::vector<double> uniform_sample(const Space& space, random_engine& engine) {
    std::vector<double> cube_point(space.cube_dimension());
    for (double& coordinate : cube_point) coordinate = uniform(engine);
    return space.from_cube(cube_point);
}

/// Of so few points every one can be looked at.
inline constexpr std::size_t few_points = 4096;

/// All unit points (m, d) of a space that has few; none where it has more or no end of them.
template <search_space Space>
std::vector<double> all_of_few_points(const Space& space, std::size_t few = few_points) {
    std::vector<double> all;
    if constexpr (countable_space<Space>) {
        const auto count = space.points();
        for (std::size_t i = 0; count && *count <= few && i < *count; ++i) {
            const auto unit_point = space.nth_unit_point(i);
            all.insert(all.end(), unit_point.begin(), unit_point.end());
        }
    }
    return all;
}

/// Even points that show where a maximum may lie: on a line a grid with steps of 1/256.
inline constexpr std::size_t even_points_of_region = 257;

/// Unit points (count, d) that fill the space evenly: a grid with both ends where the cube is a line, else
/// quasi-random; all of them where there are not more.
template <search_space Space>
std::vector<double> even_points(const Space& space, std::size_t count, std::uint64_t seed) {
    std::vector<double> points = all_of_few_points(space, count), cube_point(space.cube_dimension());
    if (!points.empty()) return points;
    sobol_sequence sequence(cube_point.size(), seed);
    for (std::size_t i = 0; i < count; ++i) {
        if (cube_point.size() == 1)
            cube_point[0] = count > 1 ? static_cast<double>(i) / static_cast<double>(count - 1) : 0.5;
        else
            sequence.next(cube_point);
        const auto unit_point = space.from_cube(cube_point);
        points.insert(points.end(), unit_point.begin(), unit_point.end());
    }
    return points;
}

/// Of some drawn points, the one farthest from all points taken so far.
///
/// draw(): a point (d).
template <class Draw>
std::vector<double> farthest_of(Draw&& draw, std::span<const std::vector<double>> taken, std::size_t samples = 64) {
    std::vector<double> farthest = draw();  // (d)
    double farthest_distance = nearest_distance(farthest, taken);
    for (std::size_t i = 1; i < samples; ++i) {
        std::vector<double> candidate = draw();
        const double candidate_distance = nearest_distance(candidate, taken);
        if (candidate_distance <= farthest_distance) continue;
        farthest = std::move(candidate);
        farthest_distance = candidate_distance;
    }
    return farthest;
}

/// The same of uniform samples of a space, or of all its points where it has few: exploration without a model.
template <search_space Space>
std::vector<double> farthest_sample(const Space& space, std::span<const std::vector<double>> taken,
                                    random_engine& engine) {
    if constexpr (countable_space<Space>)
        if (const auto count = space.points(); count && *count <= few_points) {
            std::size_t next = 0;
            return farthest_of([&] { return space.nth_unit_point(next++); }, taken, *count);
        }
    return farthest_of([&] { return uniform_sample(space, engine); }, taken);
}

}  // namespace bouillon
