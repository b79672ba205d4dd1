// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>

#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// Merge weights as a weighted sum takes them: a checkpoint of weight exactly 0 is absent, whatever it holds.
struct used_weights {
    std::vector<std::size_t> checkpoints;  // (used), those whose weight is not 0, in order
    std::vector<double> weights;           // (used), none 0
    bool sum_to_one = false;               // within 1e-12; then a tensor that is the same in all is itself the sum
};

/// Checks merge weights and drops those that are 0.
/// `merge_weights`: one a checkpoint, dimensionless, taken as they are, never normalised. `checkpoints`: how many there
/// are. `name_of(k)`: what a message calls checkpoint k.
/// Throws input_error for weights that are not one finite number a checkpoint, or all 0.
template <class NameOf>
used_weights use_weights(std::span<const double> merge_weights, std::size_t checkpoints, const NameOf& name_of) {
    if (merge_weights.size() != checkpoints)
        throw input_error(std::to_string(merge_weights.size()) + " merge weights for " + std::to_string(checkpoints) +
                          " checkpoints");
    used_weights used;
    for (std::size_t k = 0; k < checkpoints; ++k) {
        if (!std::isfinite(merge_weights[k]))
            throw input_error("the merge weight of " + name_of(k) + " is " + std::to_string(merge_weights[k]) +
                              ", not a finite number");
        if (merge_weights[k] == 0) continue;
        used.checkpoints.push_back(k);
        used.weights.push_back(merge_weights[k]);
    }
    if (used.checkpoints.empty()) throw input_error("all merge weights are 0");
    used.sum_to_one = std::abs(std::accumulate(used.weights.begin(), used.weights.end(), 0.0) - 1.0) <= 1e-12;
    return used;
}

}  // namespace bouillon
