// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/precision.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace bouillon {
class checkpoint_set;
}
struct backend_choice;

/// How a device multiplies matrices.
struct precision_choice {
    std::string_view name;
    std::optional<bouillon::precision> precision;  // nothing: as the checkpoints are
};

/// Those that --precision names, the default first.
std::span<const precision_choice> precision_choices();

/// What a choice comes to: unless it says otherwise bfloat16 on a device where most of the checkpoints' elements are
/// F16 or BF16, else float32.
/// @throws input_error for one that the backend does not have
bouillon::precision precision_of(const precision_choice& choice, const backend_choice& backend,
                                 const bouillon::checkpoint_set& checkpoints);

/// Says on standard error where matrices are not multiplied in float32.
void note_precision(bouillon::precision precision);

/// The name that --precision has for it.
std::string_view name_of(bouillon::precision precision);
