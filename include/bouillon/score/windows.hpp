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
    window_batch windows;
    std::vector<std::uint32_t> documents;  // (rows)
};

/// Cuts documents into windows that start every `context` tokens: a window feeds tokens [i, i + context) and predicts
/// [i + 1, i + context + 1), the last being shorter, so every token but a document's first is predicted exactly once.
/// Windows are then put together, in order, in batches of at most `rows` rows (a longer window is a batch of its own).
/// @param context  the model's context length, tokens
/// @param rows     rows a batch; what a forward pass holds in memory
inline std::vector<document_batch> cut_windows(const held_out_documents& held_out, std::size_t context,
                                               std::size_t rows) {
    std::vector<document_batch> batches;
    for (std::size_t document = 0; document < held_out.size(); ++document) {
        const auto tokens = held_out[document];
        for (std::size_t start = 0; start + 1 < tokens.size(); start += context) {
            const std::size_t length = std::min(context, tokens.size() - 1 - start);
            if (batches.empty() || batches.back().windows.rows() + length > rows) batches.emplace_back();
            auto& [windows, documents] = batches.back();
            for (std::size_t i = 0; i < length; ++i) {
                windows.tokens.push_back(tokens[start + i]);
                windows.targets.push_back(tokens[start + i + 1]);
                windows.positions.push_back(static_cast<std::int32_t>(i));
                documents.push_back(static_cast<std::uint32_t>(document));
            }
            windows.window_offsets.push_back(static_cast<std::int32_t>(windows.rows()));
        }
    }
    return batches;
}

}  // namespace bouillon
