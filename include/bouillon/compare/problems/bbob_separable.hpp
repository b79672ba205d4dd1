// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/problems/bbob_instance.hpp>
#include <bouillon/compare/problems/bbob_shapes.hpp>
#include <bouillon/compare/problems/bbob_transformations.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

/// BBOB f1 to f5: every coordinate can be searched by itself. Reference: Hansen et al. (2009), section 1.
namespace bouillon::detail::bbob {

/// f1.
inline bbob_function sphere_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    return {best, [best](std::span<const double> x) { return sphere(difference(x, best)); }};
}

/// f2.
inline bbob_function separable_ellipsoid_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    return {best, [best](std::span<const double> x) { return ellipsoid(oscillate(difference(x, best)), 1e6); }};
}

/// f3.
inline bbob_function separable_rastrigin_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    return {best, [best](std::span<const double> x) {
                return rastrigin(stretch(make_asymmetric(oscillate(difference(x, best)), 0.2), 10));
            }};
}

/// f4: Bueche's, whose ripples are ten times as dense on one side of every other coordinate.
inline bbob_function bueche_rastrigin_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    for (std::size_t i = 0; i < best.size(); i += 2) best[i] = std::abs(best[i]);
    return {best, [best](std::span<const double> x) {
                auto z = stretch(oscillate(difference(x, best)), 10);
                for (std::size_t i = 0; i < z.size(); i += 2)
                    if (z[i] > 0) z[i] *= 10;
                return rastrigin(z) + 100 * boundary_penalty(x);
            }};
}

/// f5: a plane, with its minimum in a corner of the box, beyond which it is flat.
inline bbob_function linear_slope_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    for (double& x : best) x = std::copysign(5.0, x);
    const auto slopes = stretch(std::vector<double>(best.size(), 1.0), 100);
    return {best, [best, slopes](std::span<const double> x) {
                double sum = 0;
                for (std::size_t i = 0; i < x.size(); ++i)
                    sum += slopes[i] * std::max(5 - std::copysign(x[i], x[i] * best[i]), 0.0);
                return sum;
            }};
}

}  // namespace bouillon::detail::bbob
