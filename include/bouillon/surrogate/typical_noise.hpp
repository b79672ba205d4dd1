// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <span>

namespace bouillon {

/// The deviation of the noise below which scores that agree by chance say nothing: the root of the harmonic mean of the
/// known variances above 0; 0 where there are none.
///
/// @param variances (n), NaN where unknown
inline double typical_noise(std::span<const double> variances) {
    double noisy = 0, precisions = 0;
    for (const double variance : variances)
        if (variance > 0) ++noisy, precisions += 1 / variance;
    return noisy > 0 ? std::sqrt(noisy / precisions) : 0;
}

}  // namespace bouillon
