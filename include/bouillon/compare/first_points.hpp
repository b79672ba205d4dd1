// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/random.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/simplex.hpp>
#include <bouillon/space/spread.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

// Drawn here and not by the spaces, so that problems stay the same while the spaces' own designs get better.

namespace bouillon {

namespace detail {

/// A uniform point of the simplex: exponential variates over their sum.
inline std::vector<double> uniform_on_simplex(std::size_t k, random_engine& engine) {
    std::vector<double> weights(k);
    for (double& weight : weights) weight = -std::log1p(-uniform(engine));
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight /= sum;
    return weights;
}

}  // namespace detail

/// A uniform unit point of a space.
template <search_space Space>
std::vector<double> uniform_unit_point(const Space& space, random_engine& engine) {
    return uniform_sample(space, engine);
}
/// The same on a simplex: uniform over it, and not over a cube.
inline std::vector<double> uniform_unit_point(const simplex& space, random_engine& engine) {
    return detail::uniform_on_simplex(space.checkpoints, engine);
}

/// The unit points (n, d) with which every variant begins: uniform ones; in a box or an interval a Latin hypercube.
template <search_space Space>
std::vector<std::vector<double>> first_points(const Space& space, std::size_t n, random_engine& engine) {
    std::vector<std::vector<double>> points;
    if constexpr (std::is_same_v<Space, box> || std::is_same_v<Space, interval>)
        for (const auto& cube_point : latin_hypercube(n, space.cube_dimension(), engine))
            points.push_back(space.from_cube(cube_point));
    else
        for (std::size_t i = 0; i < n; ++i) points.push_back(uniform_unit_point(space, engine));
    return points;
}

/// How many points a variant begins with: max(5, min(2 f, 10)) where a point has f degrees of freedom, and never more
/// than half the budget.
template <search_space Space>
std::size_t first_point_count(const Space& space, std::size_t budget) {
    const std::size_t wanted = std::max<std::size_t>(5, std::min<std::size_t>(2 * space.cube_dimension(), 10));
    return std::min(wanted, std::max<std::size_t>(budget / 2, 1));
}

/// A space whose initial design is given.
template <search_space Space>
struct designed : Space {
    std::vector<std::vector<double>> design;  ///< (n, d), unit points

    std::vector<std::vector<double>> initial_design(std::size_t, random_engine&) const { return design; }
};

}  // namespace bouillon
