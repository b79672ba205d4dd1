// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/decoder.hpp>
#include <bouillon/model/decoder_size.hpp>
#include <bouillon/score/held_out.hpp>

#include <algorithm>
#include <cstddef>

namespace bouillon {

/// How a document_scorer runs its model.
struct scoring_shape {
    std::size_t rows = 256;     ///< tokens a batch, as document_scorer_options has it
    std::size_t wave = 65536;   ///< tokens whose residuals are held at a time, as document_scorer_options has it
    std::size_t lanes = 1;      ///< batches at a time
    std::size_t window = 4096;  ///< tokens of a window, at most
    bool on_device = false;     ///< scores of a block of queries and logits of a block of tokens are held
};

/// Memory that scoring a model on documents takes: one layer of its parameters in float32, activations, and the
/// residuals of a wave of documents.
///
/// Rather too much than too little, for whoever wants to know beforehand whether it fits.
/// @returns bytes
inline std::size_t scoring_memory(const decoder& of, const held_out_documents& held_out,
                                  const scoring_shape& shape = {}) {
    std::size_t longest = 0, all = 0;  // tokens that are fed
    for (std::size_t i = 0; i < held_out.size(); ++i) {
        longest = std::max(longest, held_out[i].size() - 1);
        all += held_out[i].size() - 1;
    }
    const std::size_t window = std::min({shape.window, of.context, longest});
    const std::size_t rows = std::min(std::max(shape.rows, window), all);
    const std::size_t held = std::min(all, std::max(shape.wave, rows));
    std::size_t elements = parameter_elements(of, std::min(shape.window, of.context)) + scratch_elements(of);
    elements += shape.lanes * rows * activation_elements(of) + held * of.width;
    if (shape.on_device) elements += rows * std::min(std::size_t{4096}, of.vocabulary) + of.heads * window * 256;
    return sizeof(float) * elements;
}

}  // namespace bouillon
