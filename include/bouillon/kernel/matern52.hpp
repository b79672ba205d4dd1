// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/kernel/concept.hpp>

#include <cmath>
#include <string>

namespace bouillon {

/// Matern covariance of smoothness 5/2: twice differentiable functions, robust where the truth is less smooth than
/// that.
///
///     k(s) = (1 + s + s^2/3) exp(-s),   s = sqrt(5 r2),   r2 = r^2 in length scales
///
/// Reference: Rasmussen and Williams (2006), eq. 4.17.
struct matern52 {
    double operator()(double r2) const {
        const double s = std::sqrt(5 * r2);
        return (1 + s + s * s / 3) * std::exp(-s);
    }
    /// d k / d r2 = -5/6 (1 + s) exp(-s)
    double derivative(double r2) const {
        const double s = std::sqrt(5 * r2);
        return -5.0 / 6.0 * (1 + s) * std::exp(-s);
    }

    std::string name() const { return "matern52"; }
};

static_assert(stationary_kernel<matern52>);

}  // namespace bouillon
