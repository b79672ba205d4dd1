// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/problems/bbob_transformations.hpp>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>

/// What several BBOB functions are before they are moved, turned and bent. The minimum of each is 0.
namespace bouillon::detail::bbob {

inline double squared(double x) { return x * x; }

/// |x|^2.
inline double sphere(std::span<const double> x) {
    double sum = 0;
    for (const double xi : x) sum += xi * xi;
    return sum;
}

/// A bowl whose axes have lengths that differ by the square root of a condition.
inline double ellipsoid(std::span<const double> x, double condition) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += std::pow(condition, share_of_coordinates(i, x.size())) * x[i] * x[i];
    return sum;
}

/// Ripples of height 20 on a bowl.
inline double rastrigin(std::span<const double> x) {
    double cosines = 0;
    for (const double xi : x) cosines += std::cos(2 * std::numbers::pi * xi);
    return 10 * (static_cast<double>(x.size()) - cosines) + sphere(x);
}

/// A bent valley between coordinates i and i + 1, with its minimum at 1.
inline double rosenbrock_pair(double x, double next, double steepness) {
    return steepness * (next - x * x) * (next - x * x) + squared(1 - x);
}

/// A bent valley, with its minimum at 1.
/// @param steepness of its walls, 100 in the original
inline double rosenbrock(std::span<const double> x, double steepness = 100) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) sum += rosenbrock_pair(x[i], x[i + 1], steepness);
    return sum;
}

}  // namespace bouillon::detail::bbob
