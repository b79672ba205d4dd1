// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/random.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/simplex.hpp>

#include "design.hpp"

#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

/// A function to minimise whose minimum is known: over a box, or over a simplex.
struct test_function {
    std::string name;
    std::size_t budget = 0;         // evaluations, the initial design among them
    std::vector<double> lower;      // (d); empty over a simplex
    std::vector<double> upper;      // (d)
    std::vector<double> minimizer;  // (d), one of them
    double minimum = 0;
    std::function<double(std::span<const double>)> value;
    double own_noise = 0;  // standard deviation that belongs to the function; 0: it has none

    std::size_t dimension() const { return minimizer.size(); }
    bool on_simplex() const { return lower.empty(); }
};

/// Calls `visit` with the function's space.
template <class Visit>
auto visit_space(const test_function& function, Visit visit) {
    if (function.on_simplex()) return visit(bouillon::simplex{function.dimension()});
    if (function.dimension() == 1) return visit(bouillon::interval{function.lower[0], function.upper[0]});
    return visit(bouillon::box{function.lower, function.upper});
}

/// Standard deviation of the function's values over 10^5 uniform points, the same ones always.
inline double standard_deviation(const test_function& function) {
    return visit_space(function, [&](const auto& space) {
        bouillon::random_engine engine = bouillon::make_engine(0);
        double mean = 0, squares = 0;
        for (int n = 1; n <= 100'000; ++n) {
            const auto unit_point = function.on_simplex() ? uniform_on_simplex(function.dimension(), engine)
                                                          : uniform_in_cube(function.dimension(), engine);
            const double value = function.value(space.point(unit_point));
            const double step = value - mean;
            mean += step / n;
            squares += step * (value - mean);
        }
        return std::sqrt(squares / (100'000 - 1));
    });
}

/// Whether the function has its minimum, to six digits, where it is said to be.
inline bool minimum_is_right(const test_function& function) {
    return std::abs(function.value(function.minimizer) - function.minimum) <= 1e-6 * (1 + std::abs(function.minimum));
}
