// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/kernel/concept.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace bouillon {

/// Matern covariance of smoothness 1/2, also called exponential: continuous functions that are nowhere smooth.
///
///     k(r) = exp(-r),   r2 = r^2 in length scales
///
/// Reference: Rasmussen and Williams (2006), eq. 4.18.
struct matern12 {
    double operator()(double r2) const { return std::exp(-std::sqrt(r2)); }
    /// The derivative, which has no bound: below r = 1e-8 it is what it is there, where k is 1 but for rounding.
    ///
    ///     d k / d r2 = -exp(-r) / (2 r)
    ///
    /// The gradient by a point, which has a corner at r = 0, is then 0 there.
    double derivative(double r2) const {
        const double r = std::max(std::sqrt(r2), 1e-8);
        return -std::exp(-r) / (2 * r);
    }

    std::string name() const { return "matern12"; }
};

static_assert(stationary_kernel<matern12>);

}  // namespace bouillon
