// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/host_device.hpp>

#include <cmath>

/// The Gaussian error linear unit of one number.
///
/// Reference: Hendrycks and Gimpel (2016), arXiv 1606.08415.
namespace bouillon::detail {

/// x P(z <= x) for a standard normal z.
BOUILLON_HOST_DEVICE inline float gelu_exact(float x) { return 0.5f * x * (1 + std::erf(x * 0.70710678f)); }

/// x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
BOUILLON_HOST_DEVICE inline float gelu_by_tanh(float x) {
    return 0.5f * x * (1 + std::tanh(0.79788456f * (x + 0.044715f * x * x * x)));
}

}  // namespace bouillon::detail
