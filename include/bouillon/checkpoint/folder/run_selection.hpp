// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace bouillon {

/// Which checkpoints of a run to take. The rules apply in the order in which they stand here.
struct run_selection {
    std::optional<std::uint64_t> upto;  ///< none of a later step
    std::size_t every = 1;              ///< every so many-th, counted back from the newest, which is taken
    std::size_t last = 0;               ///< the newest so many; 0: all
    bool skip_unfinished = false;       ///< before these rules, leave out checkpoints that are not complete

    /// Whether no rule leaves out what is complete.
    bool takes_all() const { return !upto && every == 1 && last == 0; }
};

}  // namespace bouillon
