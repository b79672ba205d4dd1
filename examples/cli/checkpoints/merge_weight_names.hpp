// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

/// What merge weights are of.
struct merge_weight_names {
    std::vector<std::string> checkpoints;  // in the order of merge weights
    std::vector<std::string> groups;       // of tensors; empty where all have the same merge weights

    /// The weights (checkpoints) of a group, or of all tensors, among merge weights (groups, checkpoints).
    std::span<const double> of_group(std::span<const double> merge_weights, std::size_t group) const {
        return merge_weights.subspan(group * checkpoints.size(), checkpoints.size());
    }
};
