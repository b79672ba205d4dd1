// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// Merge weights as weighted sums take them: a checkpoint of weight exactly 0 in every group is absent, whatever it
/// holds.
struct used_weights {
    /// The weights of one group, of the checkpoints that are used.
    struct row {
        std::vector<double> weights;  ///< (used)
        bool sum_to_one = false;      ///< within 1e-12; then a tensor that is the same in all is itself the sum
    };

    std::vector<std::size_t> checkpoints;  ///< (used), those whose weight is not 0 in some group, in order
    std::vector<row> groups;               ///< (groups)
};

namespace detail {

/// Checks the merge weights of one group.
/// @param merge_weights (checkpoints)
/// @param name_of what a message calls checkpoint k
/// @throws input_error for merge weights that are not finite or that leave nothing to sum
template <class NameOf>
void check_row(std::span<const double> merge_weights, const NameOf& name_of) {
    for (std::size_t k = 0; k < merge_weights.size(); ++k)
        if (!std::isfinite(merge_weights[k]))
            throw input_error("the merge weight of " + name_of(k) + " is " + to_string(merge_weights[k]) +
                              ", not a finite number");
    if (std::all_of(merge_weights.begin(), merge_weights.end(), [](double weight) { return weight == 0; }))
        throw input_error("all merge weights are 0");
}

}  // namespace detail

/// Checks merge weights and drops the checkpoints that have none.
/// @param merge_weights (checkpoints), for all groups of tensors alike, or (groups, checkpoints), row by row;
/// dimensionless, taken as they are, never normalised
/// @param checkpoints how many
/// @param groups how many, of tensors that have merge weights of their own
/// @param name_of what a message calls checkpoint k
/// @throws input_error for weights that are not one finite number a checkpoint, or all 0 for a group
template <class NameOf>
used_weights use_weights(std::span<const double> merge_weights, std::size_t checkpoints, std::size_t groups,
                         const NameOf& name_of) {
    if (merge_weights.size() != checkpoints && merge_weights.size() != groups * checkpoints)
        throw input_error(to_string(merge_weights.size()) + " merge weights for " + to_string(checkpoints) +
                          " checkpoints" + (groups > 1 ? " and " + to_string(groups) + " groups of tensors" : ""));
    const auto row_of = [&](std::size_t group) {
        return merge_weights.subspan(merge_weights.size() == checkpoints ? 0 : group * checkpoints, checkpoints);
    };
    for (std::size_t g = 0; g < groups; ++g) detail::check_row(row_of(g), name_of);
    used_weights used;
    used.groups.resize(groups);
    for (std::size_t k = 0; k < checkpoints; ++k) {
        bool absent = true;
        for (std::size_t g = 0; g < groups; ++g) absent = absent && row_of(g)[k] == 0;
        if (absent) continue;
        used.checkpoints.push_back(k);
        for (std::size_t g = 0; g < groups; ++g) used.groups[g].weights.push_back(row_of(g)[k]);
    }
    for (auto& [weights, sum_to_one] : used.groups)
        sum_to_one = std::abs(std::accumulate(weights.begin(), weights.end(), 0.0) - 1.0) <= 1e-12;
    return used;
}

}  // namespace bouillon
