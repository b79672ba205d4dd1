// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/problems/bbob_instance.hpp>
#include <bouillon/compare/problems/bbob_shapes.hpp>
#include <bouillon/compare/problems/bbob_transformations.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

/// BBOB f10 to f14: one valley, of high conditioning. Reference: Hansen et al. (2009), section 3.
namespace bouillon::detail::bbob {

/// f10.
inline bbob_function ellipsoid_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    return {best, [best, first = of.first_rotation()](std::span<const double> x) {
                return ellipsoid(oscillate(first * difference(x, best)), 1e6);
            }};
}

/// f11: one direction is a thousand times as sensitive as all others.
inline bbob_function discus_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    return {best, [best, first = of.first_rotation()](std::span<const double> x) {
                auto z = oscillate(first * difference(x, best));
                z[0] *= 1000;
                return sphere(z);
            }};
}

/// f12: one direction is a thousandth as sensitive as all others.
inline bbob_function bent_cigar_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer(1'000'000);
    return {best, [best, first = of.first_rotation()](std::span<const double> x) {
                const auto z = first * make_asymmetric(first * difference(x, best), 0.5);
                return squared(z[0]) + 1e6 * sphere(std::span(z).subspan(1));
            }};
}

/// f13: a ridge that is not smooth, along which it falls slowly.
inline bbob_function sharp_ridge_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    return {best, [best, first = of.first_rotation(), second = of.second_rotation()](std::span<const double> x) {
                const auto z = first * stretch(second * difference(x, best), 10);
                return squared(z[0]) + 100 * std::sqrt(sphere(std::span(z).subspan(1)));
            }};
}

/// f14: sensitivities that differ more the nearer the minimum.
inline bbob_function different_powers_function(const bbob_instance& of) {
    auto best = of.uniform_minimizer();
    return {best, [best, first = of.first_rotation()](std::span<const double> x) {
                const auto z = first * difference(x, best);
                double sum = 0;
                for (std::size_t i = 0; i < z.size(); ++i)
                    sum += std::pow(std::abs(z[i]), 2 + 4 * share_of_coordinates(i, z.size()));
                return std::sqrt(sum);
            }};
}

}  // namespace bouillon::detail::bbob
