// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "design.hpp"
#include "test_function.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// One seed of a function: what every system is given alike.
struct problem {
    const test_function* function = nullptr;
    std::uint64_t seed = 0;
    std::vector<std::vector<double>> design;  // (n0, d), unit points, evaluated first
    std::vector<double> normals;              // (budget), the noise of each evaluation in standard deviations
};

/// A Latin hypercube, or uniform points of the simplex: max(5, min(2 d, 10)) of them, where a simplex has d = K - 1.
inline problem make_problem(const test_function& function, std::uint64_t seed) {
    problem made{.function = &function, .seed = seed, .design = {}, .normals = {}};
    bouillon::random_engine points = bouillon::make_engine(20'000 + seed);
    bouillon::random_engine noise = bouillon::make_engine(10'000 + seed);
    const std::size_t freedom = function.dimension() - (function.on_simplex() ? 1 : 0);
    const std::size_t n0 = std::max<std::size_t>(5, std::min<std::size_t>(2 * freedom, 10));
    if (function.on_simplex())
        for (std::size_t i = 0; i < n0; ++i) made.design.push_back(uniform_on_simplex(function.dimension(), points));
    else
        made.design = latin_hypercube(n0, function.dimension(), points);
    for (std::size_t i = 0; i < function.budget; ++i) made.normals.push_back(bouillon::normal(noise));
    return made;
}

/// How much noise there is: a share of the function's standard deviation, or the function's own ("own").
struct noise_level {
    std::string name;  // "0", "0.01", "own"

    /// Standard deviation of the noise, negative where the function has none of its own.
    double deviation(const test_function& function, double function_deviation) const {
        if (name == "own") return function.own_noise > 0 ? function.own_noise : -1;
        return std::stod(name) * function_deviation;
    }
};
