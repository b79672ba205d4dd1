// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace bouillon {

/// What becomes of the state of an optimizer and of a trainer that was stored beside a model's parameters.
///
/// PyTorch's distributed checkpoints hold it. It is left out, because a sum of moments or of counters is no state of
/// any training, or kept.
enum class optimizer_state { leave_out, keep };

namespace detail {

/// Whether a tensor is of an optimizer or a trainer, told by how its name begins (OLMo-core, torchtitan, Megatron,
/// accelerate).
inline bool is_training_state(std::string_view tensor) {
    constexpr auto beginnings =
        std::to_array<std::string_view>({"optim.", "optimizer.", "optimizers.", "chained_", "train_state.",
                                         "lr_scheduler.", "dataloader.", "rng_state", "rerun_state_machine_state"});
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](std::string_view beginning) { return tensor.starts_with(beginning); });
}

}  // namespace detail
}  // namespace bouillon
