// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/merged_types.hpp>
#include <bouillon/checkpoint/optimizer_state.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace bouillon {

/// How checkpoints are taken for a merge.
struct set_options {
    optimizer_state state = optimizer_state::leave_out;  ///< whether tensors of an optimizer and a trainer are left out
    /// Of a merge. Where one is given to all, a tensor may be stored in another type here than there: each is read in
    /// its own.
    merged_types types = {};
    std::vector<std::string> prefixes = {};  ///< taken off the names that begin with them, one after another
    /// The configuration of all, in place of each checkpoint's own config.json.
    std::optional<std::filesystem::path> config = {};
    bool newest_integers = false;  ///< where a tensor of integers or bools differs, a merge has the newest's
};

}  // namespace bouillon
