// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/loss_sum.hpp>

#include <vector>

namespace bouillon {

/// What one of several that measure a merge together adds to its losses.
struct merge_sums {
    std::vector<detail::fixed_loss> sums;  ///< (documents), of the losses of its batches, in fixed point
    double merge_seconds = 0;              ///< of making the merge
    double score_seconds = 0;              ///< of scoring it
};

}  // namespace bouillon
