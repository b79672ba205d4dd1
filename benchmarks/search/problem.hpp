// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "design.hpp"
#include "test_function.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
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

/// Standard deviation of the noise of a level: a share of the function's own deviation ("0", "0.01"), or "own", the
/// noise that belongs to the function. Nothing where it has none.
inline std::optional<double> noise_deviation(const std::string& level, const test_function& function,
                                             double function_deviation) {
    if (level != "own") return std::stod(level) * function_deviation;
    return function.own_noise > 0 ? std::optional(function.own_noise) : std::nullopt;
}
