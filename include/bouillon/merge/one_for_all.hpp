// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>
#include <bouillon/merge/merge_weights.hpp>

#include <array>

namespace bouillon::detail {

/// Whether one input's tensor is the merge's: what cannot be summed (integers, bools), which must be the same in all
/// inputs, and a float tensor that is the same in all where its merge weights sum to 1, since a sum would round it.
/// @param same_in_all whether the tensor is the same in all inputs; called only where it matters
template <class Same>
bool one_stands_for_all(dtype type, const used_weights::row& weights, const Same& same_in_all) {
    return !mergeable(type) || (weights.sum_to_one && same_in_all());
}

/// The merge weights (1) of an input that stands for all.
inline constexpr std::array<double, 1> weight_of_one{1};

}  // namespace bouillon::detail
