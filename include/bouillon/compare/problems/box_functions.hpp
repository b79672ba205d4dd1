// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/objective.hpp>
#include <bouillon/compare/problems/bbob_shapes.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/interval.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail::test_functions {

using bbob::rosenbrock, bbob::squared;

inline constexpr double pi = std::numbers::pi;

/// Three equal minima.
inline double branin(std::span<const double> x) {
    const double valley = x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6;
    return valley * valley + 10 * (1 - 1 / (8 * pi)) * std::cos(x[0]) + 10;
}

/// Minus four Gaussian bumps of heights 1, 1.2, 3 and 3.2.
template <std::size_t D>
double hartmann(std::span<const double> x, const std::array<std::array<double, D>, 4>& rates,
                const std::array<std::array<double, D>, 4>& centres) {
    constexpr std::array<double, 4> heights = {1, 1.2, 3, 3.2};
    double sum = 0;
    for (std::size_t bump = 0; bump < 4; ++bump) {
        double exponent = 0;
        for (std::size_t i = 0; i < D; ++i)
            exponent += rates[bump][i] * (x[i] - centres[bump][i]) * (x[i] - centres[bump][i]);
        sum -= heights[bump] * std::exp(-exponent);
    }
    return sum;
}

inline double hartmann3(std::span<const double> x) {
    return hartmann<3>(
        x, {{{3, 10, 30}, {0.1, 10, 35}, {3, 10, 30}, {0.1, 10, 35}}},
        {{{0.3689, 0.1170, 0.2673}, {0.4699, 0.4387, 0.7470}, {0.1091, 0.8732, 0.5547}, {0.0381, 0.5743, 0.8828}}});
}

inline double hartmann6(std::span<const double> x) {
    return hartmann<6>(
        x,
        {{{10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}}},
        {{{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
          {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
          {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
          {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}}});
}

/// A cone at the origin under ripples.
inline double ackley(std::span<const double> x) {
    const auto d = static_cast<double>(x.size());
    double squares = 0, cosines = 0;
    for (const double xi : x) {
        squares += xi * xi;
        cosines += std::cos(2 * pi * xi);
    }
    return -20 * std::exp(-0.2 * std::sqrt(squares / d)) - std::exp(cosines / d) + 20 + std::numbers::e;
}

/// A bowl under ripples, with its minimum at 1.
inline double levy(std::span<const double> x) {
    const auto w = [&](std::size_t i) { return 1 + (x[i] - 1) / 4; };
    const std::size_t last = x.size() - 1;
    double sum = squared(std::sin(pi * w(0)));
    for (std::size_t i = 0; i < last; ++i) sum += squared(w(i) - 1) * (1 + 10 * squared(std::sin(pi * w(i) + 1)));
    return sum + squared(w(last) - 1) * (1 + squared(std::sin(2 * pi * w(last))));
}

/// Narrow ridges, flat between them.
inline double michalewicz(std::span<const double> x) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum -= std::sin(x[i]) * std::pow(std::sin(static_cast<double>(i + 1) * x[i] * x[i] / pi), 20);
    return sum;
}

/// The loss along the merge weight of a newer checkpoint, as it looks for two neighbours of one run.
inline double merge_curve(std::span<const double> t) {
    return 2.30 + 0.08 * (t[0] - 0.83) * (t[0] - 0.83) + 0.01 * std::sin(9 * t[0]) + 0.02 * std::exp(-12 * t[0]);
}

/// The minimizer of a one-dimensional function on [0, 1]: the best point of a grid, then thirds.
inline double minimizer_by_grid(double (*function)(std::span<const double>)) {
    const auto value = [&](double t) { return function(std::span<const double>(&t, 1)); };
    constexpr int cells = 100'000;
    int best = 0;
    for (int i = 1; i <= cells; ++i)
        if (value(static_cast<double>(i) / cells) < value(static_cast<double>(best) / cells)) best = i;
    double lower = std::max(best - 1, 0) / static_cast<double>(cells);
    double upper = std::min(best + 1, cells) / static_cast<double>(cells);
    for (int i = 0; i < 40; ++i) {
        const double left = lower + (upper - lower) / 3, right = upper - (upper - lower) / 3;
        (value(left) < value(right) ? upper : lower) = value(left) < value(right) ? right : left;
    }
    return (lower + upper) / 2;
}

inline objective<> on_cube(std::string name, std::size_t budget, double lower, double upper,
                           std::vector<double> minimizer, double minimum,
                           std::function<double(std::span<const double>)> value) {
    const std::size_t d = minimizer.size();
    return {.name = std::move(name),
            .space = box{std::vector<double>(d, lower), std::vector<double>(d, upper)},
            .value = std::move(value),
            .budget = budget,
            .minimum = minimum,
            .minimizer = std::move(minimizer)};
}

}  // namespace detail::test_functions

/// Functions over boxes whose minima are known, in 1 to 20 dimensions: the usual ones of Bayesian optimization, and
/// "merge_curve", a loss along a merge weight, whose noise is 0.003.
///
/// Each has its budget.
inline std::vector<objective<>> box_functions() {
    using namespace detail::test_functions;
    const std::vector<double> minimizer6 = {0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573};
    const std::vector<double> minimizer10 = {2.202906, 1.570796, 1.284992, 1.923058, 1.720470,
                                             1.570796, 1.454414, 1.756087, 1.655717, 1.570796};  // each by itself
    const auto valley = [](std::span<const double> x) { return rosenbrock(x); };
    std::vector<objective<>> all;
    all.push_back({.name = "branin",
                   .space = box{{-5, 0}, {10, 15}},
                   .value = branin,
                   .budget = 40,
                   .minimum = 0.39788735772973816,
                   .minimizer = {pi, 2.275}});
    all.push_back(on_cube("hartmann3", 50, 0, 1, {0.1146143, 0.5556489, 0.8525470}, -3.8627797869493365, hartmann3));
    all.push_back(on_cube("hartmann6", 60, 0, 1, minimizer6, -3.322368011391339, hartmann6));
    all.push_back(on_cube("hartmann6_100", 100, 0, 1, minimizer6, -3.322368011391339, hartmann6));
    all.push_back(on_cube("ackley10", 100, -32.768, 32.768, std::vector<double>(10, 0), 0, ackley));
    all.push_back(on_cube("levy6", 60, -10, 10, std::vector<double>(6, 1), 0, levy));
    all.push_back(on_cube("rosenbrock4", 60, -5, 10, std::vector<double>(4, 1), 0, valley));
    all.push_back(on_cube("michalewicz5", 60, 0, pi, {minimizer10.begin(), minimizer10.begin() + 5}, -4.687658179088148,
                          michalewicz));
    all.push_back(on_cube("ackley20", 200, -32.768, 32.768, std::vector<double>(20, 0), 0, ackley));
    all.push_back(on_cube("levy20", 200, -10, 10, std::vector<double>(20, 1), 0, levy));
    all.push_back(on_cube("rosenbrock20", 200, -5, 10, std::vector<double>(20, 1), 0, valley));
    all.push_back(on_cube("michalewicz10", 100, 0, pi, minimizer10, -9.660151715641344, michalewicz));
    const double best = minimizer_by_grid(merge_curve);
    all.push_back({.name = "merge_curve",
                   .space = interval{0, 1},
                   .value = merge_curve,
                   .budget = 15,
                   .minimum = merge_curve(std::span<const double>(&best, 1)),
                   .minimizer = {best},
                   .noise = 0.003});
    return all;
}

}  // namespace bouillon
