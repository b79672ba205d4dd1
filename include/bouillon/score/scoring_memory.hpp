// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/decoder.hpp>
#include <bouillon/model/decoder_size.hpp>
#include <bouillon/score/held_out.hpp>
#include <bouillon/tensor/device_limits.hpp>
#include <bouillon/tensor/precision.hpp>

#include <algorithm>
#include <cstddef>

namespace bouillon {

/// How a document_scorer runs its model.
struct scoring_shape {
    std::size_t rows = 256;     ///< tokens a batch, as document_scorer_options has it
    std::size_t wave = 65536;   ///< tokens whose residuals are held at a time, as document_scorer_options has it
    bool equal_rows = false;    ///< as document_scorer_options has it
    std::size_t lanes = 1;      ///< batches at a time
    std::size_t window = 4096;  ///< tokens of a window, at most
    bool on_device = false;     ///< the model's operations are thrust_language_model's
    bouillon::precision precision = bouillon::precision::float32;  ///< of a device's products
};

namespace detail {

/// What thrust_language_model holds beside its model: scores of blocks of queries, logits of blocks of the vocabulary,
/// queries and what is attended in the order of their key heads, and what is multiplied in another type.
/// @param rows of a batch
/// @param window its longest
/// @returns bytes
inline std::size_t device_memory(const decoder& of, std::size_t rows, std::size_t window, std::size_t factor_bytes) {
    constexpr std::size_t products = std::size_t{32} << 20;  // what cuBLAS works in
    const std::size_t block = of.heads * std::min(window, block_queries) * (window + 8);
    const std::size_t scores = std::min(of.heads * rows * (window + 8), std::max(scores_held, block));
    const std::size_t logits = rows * std::min(logits_held, of.vocabulary);
    const std::size_t regrouped = rows * (of.query_width() + of.heads * of.value_dim), other = rows * of.width;
    return products + sizeof(float) * (scores + logits) + factor_bytes * (scores + regrouped + other);
}

}  // namespace detail

/// Memory that scoring a model on documents takes: one layer of its parameters as the backend multiplies by them,
/// activations, and the residuals of a wave of documents.
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
    std::size_t rows = std::max(shape.rows, window);
    if (shape.equal_rows)
        all = 2 * all + rows;  // batches are filled up, the fullest by less than half
    else
        rows = std::min(rows, all);
    if (shape.equal_rows) rows = (rows + shape.rows - 1) / shape.rows * shape.rows;
    const std::size_t held = std::min(all, std::max(shape.wave, rows));
    number_counts numbers = parameter_numbers(of, std::min(shape.window, of.context)) + scratch_numbers(of);
    numbers += shape.lanes * rows * activation_numbers(of) + number_counts{0, held * of.width};
    const std::size_t factor_bytes = shape.precision == precision::bf16 ? 2 : 4;
    const std::size_t bytes = factor_bytes * numbers.factors + 4 * numbers.others;
    return shape.on_device ? bytes + detail::device_memory(of, rows, window, factor_bytes) : bytes;
}

}  // namespace bouillon
