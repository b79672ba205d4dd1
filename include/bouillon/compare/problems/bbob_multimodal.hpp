// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/problems/bbob_instance.hpp>
#include <bouillon/compare/problems/bbob_moderate.hpp>
#include <bouillon/compare/problems/bbob_shapes.hpp>
#include <bouillon/compare/problems/bbob_transformations.hpp>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <vector>

/// BBOB f15 to f19: many valleys in one global structure. Reference: Hansen et al. (2009), section 4.
namespace bouillon::detail::bbob {

/// f15.
inline bbob_function rastrigin_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    return {best, [best, first = of.first_rotation(), second = of.second_rotation()](std::span<const double> x) {
                const auto bent = make_asymmetric(oscillate(first * difference(x, best)), 0.2);
                return rastrigin(first * stretch(second * bent, 10));
            }};
}

/// f16: rugged, with minima that are not unique.
inline bbob_function weierstrass_function(const bbob_instance& of) {
    constexpr int terms = 12;
    const auto rugged = [](double x) {
        double sum = 0;
        for (int k = 0; k < terms; ++k)
            sum += std::pow(0.5, k) * std::cos(2 * std::numbers::pi * std::pow(3.0, k) * (x + 0.5));
        return sum;
    };
    auto best = of.uniform_minimizer();
    return {best, [=, first = of.first_rotation(), second = of.second_rotation()](std::span<const double> x) {
                const auto z = first * stretch(second * oscillate(first * difference(x, best)), 0.01);
                const auto d = static_cast<double>(z.size());
                double sum = 0;
                for (const double zi : z) sum += rugged(zi);
                return 10 * std::pow(sum / d - rugged(0), 3) + 10 / d * boundary_penalty(x);
            }};
}

/// f17 with a condition of 10, f18 with 1000: Schaffer's F7, whose ripples get denser towards the minimum.
inline bbob_function schaffers_function(const bbob_instance& of, double condition) {
    auto best = of.uniform_minimizer();
    return {best,
            [best, condition, first = of.first_rotation(), second = of.second_rotation()](std::span<const double> x) {
                const auto z = stretch(second * make_asymmetric(first * difference(x, best), 0.5), condition);
                double sum = 0;
                for (std::size_t i = 0; i + 1 < z.size(); ++i) {
                    const double length = std::sqrt(squared(z[i]) + squared(z[i + 1]));
                    sum += std::sqrt(length) * (1 + squared(std::sin(50 * std::pow(length, 0.2))));
                }
                return squared(sum / static_cast<double>(z.size() - 1)) + 10 * boundary_penalty(x);
            }};
}

/// f19: Griewank's ripples along Rosenbrock's valley.
inline bbob_function griewank_rosenbrock_function(const bbob_instance& of) {
    const turned_valley valley(of);
    return {valley.minimizer(), [valley](std::span<const double> x) {
                const auto z = valley(x);
                double sum = 0;
                for (std::size_t i = 0; i + 1 < z.size(); ++i) {
                    const double height = rosenbrock_pair(z[i], z[i + 1], 100);
                    sum += height / 4000 - std::cos(height);
                }
                return 10 * sum / static_cast<double>(z.size() - 1) + 10;
            }};
}

}  // namespace bouillon::detail::bbob
