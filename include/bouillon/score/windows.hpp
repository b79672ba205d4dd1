// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/window_batch.hpp>
#include <bouillon/score/held_out.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bouillon {

/// A batch of windows, and the document that each row's loss belongs to.
struct document_batch {
    static constexpr std::uint32_t prompt = 0xffffffff;  ///< in place of a document: the row's target does not count

    window_batch windows;
    std::vector<std::uint32_t> documents;  ///< (rows)
};

namespace detail {

/// Where the first window of a document begins.
///
/// Windows follow each other every `context` tokens and the fewest that predict all targets are taken: without a prompt
/// they begin at 0; a prompt that is longer than what fits before its targets loses its first tokens.
inline std::size_t first_window(std::size_t tokens, std::size_t targets, std::size_t context) {
    const std::size_t fed = (targets + context - 1) / context * context;
    return tokens - 1 - std::min(fed, tokens - 1);
}

/// Adds windows of token 0 that belong to no document, up to a multiple of `rows` rows.
inline void fill_up(document_batch& batch, std::size_t context, std::size_t rows) {
    auto& [windows, documents] = batch;
    const std::size_t filled = (windows.rows() + rows - 1) / rows * rows;
    while (windows.rows() < filled) {
        const std::size_t length = std::min(context, filled - windows.rows());
        for (std::size_t i = 0; i < length; ++i) windows.positions.push_back(static_cast<std::int32_t>(i));
        windows.tokens.resize(windows.positions.size(), 0);
        windows.targets.resize(windows.positions.size(), 0);
        documents.resize(windows.positions.size(), document_batch::prompt);
        windows.window_offsets.push_back(static_cast<std::int32_t>(windows.rows()));
    }
}

}  // namespace detail

/// Cuts documents into windows that start every `context` tokens: a window feeds tokens [i, i + context) and predicts
/// [i + 1, i + context + 1), the last being shorter, so every token but a document's prompt is predicted exactly once.
///
/// Windows are then put together, in order, in batches of at most `rows` rows (a longer window is a batch of its own).
/// @param held_out the documents
/// @param context the model's context length, tokens
/// @param rows rows a batch; what a forward pass holds in memory
/// @param equal batches are filled up to a multiple of `rows` by windows that belong to no document, so that a library
///     that chooses its arithmetic by the number of rows chooses the same for every batch
inline std::vector<document_batch> cut_windows(const held_out_documents& held_out, std::size_t context,
                                               std::size_t rows, bool equal = false) {
    std::vector<document_batch> batches;
    for (std::size_t document = 0; document < held_out.size(); ++document) {
        const auto tokens = held_out[document];
        std::size_t start = detail::first_window(tokens.size(), held_out.targets(document), context);
        for (; start + 1 < tokens.size(); start += context) {
            const std::size_t length = std::min(context, tokens.size() - 1 - start);
            if (batches.empty() || batches.back().windows.rows() + length > rows) batches.emplace_back();
            auto& [windows, documents] = batches.back();
            for (std::size_t i = 0; i < length; ++i) {
                windows.tokens.push_back(tokens[start + i]);
                windows.targets.push_back(tokens[start + i + 1]);
                windows.positions.push_back(static_cast<std::int32_t>(i));
                const bool predicted = start + i + 1 >= held_out.prompt(document);
                documents.push_back(predicted ? static_cast<std::uint32_t>(document) : document_batch::prompt);
            }
            windows.window_offsets.push_back(static_cast<std::int32_t>(windows.rows()));
        }
    }
    if (equal)
        for (document_batch& batch : batches) detail::fill_up(batch, context, rows);
    return batches;
}

}  // namespace bouillon
