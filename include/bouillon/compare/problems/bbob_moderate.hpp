// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/problems/bbob_instance.hpp>
#include <bouillon/compare/problems/bbob_shapes.hpp>
#include <bouillon/compare/problems/bbob_transformations.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

/// BBOB f6 to f9: low or moderate conditioning. Reference: Hansen et al. (2009), section 2.
namespace bouillon::detail::bbob {

/// f6: steep, but for a cone around the minimum.
inline bbob_function attractive_sector_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    return {best, [best, first = of.first_rotation(), second = of.second_rotation()](std::span<const double> x) {
                const auto z = first * stretch(second * difference(x, best), 10);
                double sum = 0;
                for (std::size_t i = 0; i < z.size(); ++i) sum += squared(z[i] * best[i] > 0 ? 100 * z[i] : z[i]);
                return std::pow(oscillate(sum), 0.9);
            }};
}

/// f7: plateaus, on which the slope tells nothing.
inline bbob_function step_ellipsoid_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    return {best, [best, first = of.first_rotation(), second = of.second_rotation()](std::span<const double> x) {
                auto z = stretch(second * difference(x, best), 10);
                const double unrounded = std::abs(z[0]);
                for (double& zi : z) zi = std::abs(zi) > 0.5 ? round_up_halves(zi) : round_up_halves(10 * zi) / 10;
                return 0.1 * std::max(1e-4 * unrounded, ellipsoid(first * z, 100)) + boundary_penalty(x);
            }};
}

/// By how much the two functions of Rosenbrock's are scaled.
inline double valley_scale(std::size_t d) { return std::max(1.0, std::sqrt(static_cast<double>(d)) / 8); }

/// f8.
inline bbob_function rosenbrock_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    for (double& x : best) x *= 0.75;
    return {best, [best, scale = valley_scale(of.dimension)](std::span<const double> x) {
                auto z = difference(x, best);
                for (double& zi : z) zi = scale * zi + 1;
                return rosenbrock(z);
            }};
}

/// A point turned and scaled, so that the minimum of Rosenbrock's valley is where no coordinate is far from 0.
struct turned_valley {
    explicit turned_valley(const bbob_instance& of)
        : rotation(of.second_rotation()), scale(valley_scale(of.dimension)) {}

    std::vector<double> operator()(std::span<const double> x) const {
        auto z = rotation * x;
        for (double& zi : z) zi = scale * zi + 0.5;
        return z;
    }

    std::vector<double> minimizer() const {
        std::vector<double> point(rotation.size, 0.0);
        for (std::size_t column = 0; column < point.size(); ++column)
            for (std::size_t row = 0; row < point.size(); ++row) point[column] += rotation(row, column) / (2 * scale);
        return point;
    }

    square_matrix rotation;
    double scale;
};

/// f9.
inline bbob_function rotated_rosenbrock_function(const bbob_instance& of) {
    const turned_valley valley(of);
    return {valley.minimizer(), [valley](std::span<const double> x) { return rosenbrock(valley(x)); }};
}

}  // namespace bouillon::detail::bbob
