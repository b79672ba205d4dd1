// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

/// The maps by which the BBOB functions are bent. Reference: Hansen et al. (2009), section 0.2.
namespace bouillon::detail::bbob {

/// Where coordinate i of d stands between the first, 0, and the last, 1.
inline double share_of_coordinates(std::size_t i, std::size_t d) {
    return static_cast<double>(i) / static_cast<double>(d - 1);
}

/// T_osz of one number: smooth ripples on a logarithmic scale, that leave 0 and the sign in place.
///
///     T(x) = sign(x) exp(l + 0.049 (sin(a l) + sin(b l))),   l = log |x|,   (a, b) = (10, 7.9) above 0, (5.5, 3.1)
///     below
inline double oscillate(double x) {
    if (x == 0) return 0;
    const double tenfold = 10 * std::log(std::abs(x));
    const double ripples = x > 0 ? std::sin(tenfold) + std::sin(0.79 * tenfold)  //
                                 : std::sin(0.55 * tenfold) + std::sin(0.31 * tenfold);
    return std::copysign(std::exp(0.1 * (tenfold + 0.49 * ripples)), x);
}

/// T_osz of each coordinate.
inline std::vector<double> oscillate(std::vector<double> x) {
    for (double& xi : x) xi = oscillate(xi);
    return x;
}

/// T_asy of a strength: coordinates above 0 grow faster, the later ones more so.
///
///     T(x)_i = x_i^(1 + strength i / (d - 1) sqrt(x_i))  where x_i > 0
inline std::vector<double> make_asymmetric(std::vector<double> x, double strength) {
    for (std::size_t i = 0; i < x.size(); ++i)
        if (x[i] > 0) x[i] = std::pow(x[i], 1 + strength * share_of_coordinates(i, x.size()) * std::sqrt(x[i]));
    return x;
}

/// Lambda of a condition: coordinate i times condition^(i / (d - 1) / 2).
inline std::vector<double> stretch(std::vector<double> x, double condition) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] *= std::pow(condition, 0.5 * share_of_coordinates(i, x.size()));
    return x;
}

/// a - b.
inline std::vector<double> difference(std::span<const double> a, std::span<const double> b) {
    std::vector<double> result(a.begin(), a.end());
    for (std::size_t i = 0; i < result.size(); ++i) result[i] -= b[i];
    return result;
}

/// The nearest whole number, the larger one of two as near.
inline double round_up_halves(double x) { return std::floor(x + 0.5); }

/// How far a point is outside of [-bound, bound]^d, squared.
inline double boundary_penalty(std::span<const double> x, double bound = 5) {
    double sum = 0;
    for (const double xi : x) {
        const double outside = std::max(std::abs(xi) - bound, 0.0);
        sum += outside * outside;
    }
    return sum;
}

}  // namespace bouillon::detail::bbob
