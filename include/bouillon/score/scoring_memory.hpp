// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/language_model_config.hpp>
#include <bouillon/score/held_out.hpp>

#include <algorithm>
#include <cstddef>

namespace bouillon {

/// How a document_scorer runs its model.
struct scoring_shape {
    std::size_t rows = 256;  ///< tokens a forward pass, as document_scorer_options has it
    std::size_t lanes = 1;   ///< forward passes at a time
    bool on_device = false;  ///< attention scores and logits are whole matrices
};

/// Memory that scoring a model on documents takes: its parameters in float32, and activations.
///
/// Rather too much than too little, for whoever wants to know beforehand whether it fits.
/// @param elements of the model's tensors, all together
/// @returns bytes
inline std::size_t scoring_memory(const language_model_config& config, std::size_t elements,
                                  const held_out_documents& held_out, const scoring_shape& shape = {}) {
    std::size_t longest = 0, all = 0;  // tokens that are fed
    for (std::size_t i = 0; i < held_out.size(); ++i) {
        longest = std::max(longest, held_out[i].size() - 1);
        all += held_out[i].size() - 1;
    }
    const std::size_t window = std::min(config.context, longest), rows = std::min(std::max(shape.rows, window), all);
    const std::size_t q = config.heads * config.head_dim, kv = config.key_value_heads * config.head_dim;
    const std::size_t activations = rows * (3 * config.width + 2 * q + 2 * kv + 2 * config.feed_forward);
    const std::size_t logits = rows * std::min(std::size_t{4096}, config.vocabulary);
    const std::size_t scores = config.heads * window * window;
    const std::size_t rotation = config.context * config.head_dim;
    return sizeof(float) * (elements + rotation + shape.lanes * activations + (shape.on_device ? logits + scores : 0));
}

}  // namespace bouillon
