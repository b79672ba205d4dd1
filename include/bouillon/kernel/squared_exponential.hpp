// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/kernel/concept.hpp>

#include <cmath>
#include <string>

namespace bouillon {

/// Squared exponential covariance: infinitely smooth functions, the fewest trials where the truth is that smooth.
///
///     k(r) = exp(-r2 / 2),   r2 = r^2 in length scales
///
/// Reference: Rasmussen and Williams (2006), eq. 4.9.
struct squared_exponential {
    double operator()(double r2) const { return std::exp(-0.5 * r2); }
    /// d k / d r2 = -k / 2
    double derivative(double r2) const { return -0.5 * std::exp(-0.5 * r2); }

    std::string name() const { return "squared_exponential"; }
};

static_assert(stationary_kernel<squared_exponential>);

}  // namespace bouillon
