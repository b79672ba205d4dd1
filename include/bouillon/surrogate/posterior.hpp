// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace bouillon {

/// What a surrogate believes of the score at a point, free of observation noise, in standardised score units.
struct posterior {
    double mean = 0;      ///< of the score
    double variance = 0;  ///< above 0
};

/// The same as mean and standard deviation, which is what acquisition functions read.
struct prediction {
    double mean = 0;       ///< of the score
    double deviation = 0;  ///< above 0
};

}  // namespace bouillon
