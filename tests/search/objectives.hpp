// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <numbers>
#include <span>

/// Branin's function on [-5, 10] x [0, 15]; three equal minima.
inline double branin(std::span<const double> x) {
    constexpr double pi = std::numbers::pi;
    const double valley = x[1] - 5.1 / (4 * pi * pi) * x[0] * x[0] + 5 / pi * x[0] - 6;
    return valley * valley + 10 * (1 - 1 / (8 * pi)) * std::cos(x[0]) + 10;
}
inline constexpr double branin_minimum = 0.39788735772973816;

/// What the loss of a merge of two checkpoints looks like, over the newer one's merge weight in [0, 1].
inline double merge_curve(double t) {
    return 2.30 + 0.08 * (t - 0.83) * (t - 0.83) + 0.01 * std::sin(9 * t) + 0.02 * std::exp(-12 * t);
}

inline double merge_curve_minimum() {
    double lowest = 10;
    for (int i = 0; i <= 100000; ++i) lowest = std::fmin(lowest, merge_curve(i * 1e-5));
    return lowest;
}

/// A wide basin of depth 1 in the unit square, and one of depth 1.1 with a sixth of its area.
inline double two_basins(std::span<const double> x) {
    const auto hill = [&](double a, double b, double width) {
        return std::exp(-((x[0] - a) * (x[0] - a) + (x[1] - b) * (x[1] - b)) / (2 * width * width));
    };
    return -hill(0.25, 0.3, 0.2) - 1.1 * hill(0.8, 0.75, 0.08);
}
