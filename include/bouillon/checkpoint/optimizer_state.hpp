// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint.hpp>

#include <cstddef>
#include <string_view>

namespace bouillon {

/// What becomes of the state of an optimizer that a trainer stored beside its model's parameters.
///
/// OLMo-core does, in PyTorch's distributed checkpoints. It is left out, because a sum of moments is no state of any
/// training, or kept.
enum class optimizer_state { leave_out, keep };

namespace detail {

inline bool is_optimizer_state(std::string_view tensor) {
    return tensor.starts_with("optim.") || tensor.starts_with("optimizer.");
}

/// Leaves the state of an optimizer out of a checkpoint.
/// @returns how many tensors that were
/// @throws input_error where nothing would be left
inline std::size_t leave_out_optimizer_state(checkpoint& trained) {
    const std::size_t left_out =
        trained.leave_out_if([](const checkpoint_tensor& tensor) { return is_optimizer_state(tensor.name); });
    if (left_out > 0 && trained.tensors().empty())
        throw input_error(trained.path().string() + ": holds nothing but the state of an optimizer");
    return left_out;
}

}  // namespace detail
}  // namespace bouillon
