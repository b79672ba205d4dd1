// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/kernel/concept.hpp>

#include <cmath>
#include <string>

namespace bouillon {

/// Matern covariance of smoothness 3/2: functions that are once differentiable.
///
///     k(s) = (1 + s) exp(-s),   s = sqrt(3 r2),   r2 = r^2 in length scales
///
/// Reference: Rasmussen and Williams (2006), eq. 4.17.
struct matern32 {
    double operator()(double r2) const {
        const double s = std::sqrt(3 * r2);
        return (1 + s) * std::exp(-s);
    }
    /// d k / d r2 = -3/2 exp(-s)
    double derivative(double r2) const { return -1.5 * std::exp(-std::sqrt(3 * r2)); }

    std::string name() const { return "matern32"; }
};

static_assert(stationary_kernel<matern32>);

}  // namespace bouillon
