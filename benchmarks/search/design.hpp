// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/random.hpp>

#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

// Drawn here, not by the library, so that problems stay the same while the library's own designs get better.

/// A uniform point of the unit cube.
inline std::vector<double> uniform_in_cube(std::size_t d, bouillon::random_engine& engine) {
    std::vector<double> point(d);
    for (double& coordinate : point) coordinate = bouillon::uniform(engine);
    return point;
}

/// A uniform point of the simplex: exponential variates over their sum.
inline std::vector<double> uniform_on_simplex(std::size_t k, bouillon::random_engine& engine) {
    std::vector<double> weights(k);
    for (double& weight : weights) weight = -std::log1p(-bouillon::uniform(engine));
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight /= sum;
    return weights;
}

/// A Latin hypercube: n points (n, d) of which each coordinate visits every n-th part of [0, 1] once.
inline std::vector<std::vector<double>> latin_hypercube(std::size_t n, std::size_t d, bouillon::random_engine& engine) {
    std::vector<std::vector<double>> points(n, std::vector<double>(d));
    std::vector<std::size_t> part(n);
    for (std::size_t coordinate = 0; coordinate < d; ++coordinate) {
        std::iota(part.begin(), part.end(), std::size_t{0});
        for (std::size_t i = n; i > 1; --i)
            std::swap(part[i - 1], part[static_cast<std::size_t>(bouillon::uniform(engine) * static_cast<double>(i))]);
        for (std::size_t i = 0; i < n; ++i)
            points[i][coordinate] = (static_cast<double>(part[i]) + bouillon::uniform(engine)) / static_cast<double>(n);
    }
    return points;
}
