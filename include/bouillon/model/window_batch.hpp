// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bouillon {

/// Windows of token sequences, end to end, as one forward pass takes them.
///
/// A row is one token fed and one predicted.
struct window_batch {
    std::vector<std::int32_t> tokens;                ///< (rows), fed
    std::vector<std::int32_t> targets;               ///< (rows), the token that follows each fed one
    std::vector<std::int32_t> positions;             ///< (rows), 0 at each window's start
    std::vector<std::int32_t> window_offsets = {0};  ///< (windows + 1), rows

    /// Tokens of all windows.
    std::size_t rows() const { return tokens.size(); }
    std::size_t windows() const { return window_offsets.size() - 1; }
};

}  // namespace bouillon
