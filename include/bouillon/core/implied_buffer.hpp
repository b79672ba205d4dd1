// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace bouillon::detail {

/// Whether a tensor is no parameter but a buffer that a model's configuration gives: rotary frequencies and tables,
/// causal masks, what a masked score becomes, positions.
///
/// Exports of older libraries hold them and newer ones do not. A mask is told from a bias by its shape, (1, 1, N, N):
/// litgpt's `attn.attn.bias` is a parameter.
/// @param name as the checkpoint has it
/// @param shape elements
inline bool is_implied_buffer(std::string_view name, std::span<const std::size_t> shape) {
    constexpr auto tables = std::to_array<std::string_view>(
        {"inv_freq", "original_inv_freq", "cos_cached", "sin_cached", "freqs_cis", "freqs_cos", "freqs_sin"});
    const std::size_t dot = name.rfind('.');
    const auto last = dot == name.npos ? name : name.substr(dot + 1);
    if (std::find(tables.begin(), tables.end(), last) != tables.end() || name.ends_with("rope.freqs")) return true;
    if (last == "masked_bias") return shape.empty() || (shape.size() == 1 && shape[0] == 1);
    if (last == "position_ids") return shape.size() == 1 || (shape.size() == 2 && shape[0] == 1);
    const bool square = shape.size() == 4 && shape[0] == 1 && shape[1] == 1 && shape[2] == shape[3];
    return square && (last == "bias" || last == "mask" || last == "causal_mask");
}

}  // namespace bouillon::detail
