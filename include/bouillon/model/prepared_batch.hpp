// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/concept.hpp>

#include <cstddef>
#include <vector>

namespace bouillon {

/// A batch of windows as a backend wants it, for all stages of a forward pass.
template <language_model_backend Backend>
struct prepared_batch {
    using indices = typename Backend::indices;

    std::size_t rows = 0;                    ///< tokens of all windows
    indices tokens, targets, positions;      ///< (rows), as window_batch has them
    indices embedded_positions;              ///< (rows), rows of a table of learned positions, where there is one
    std::vector<indices> angles;             ///< (rotaries) of (rows), rows of the tables of angles; empty where these
                                             ///< are the positions
    typename Backend::windows windows = {};  ///< where they begin
};

}  // namespace bouillon
