// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search_arguments.hpp"

#include <vector>

namespace bouillon {
class checkpoint_set;
struct tensor_groups;
}  // namespace bouillon

/// Writes the checkpoint that a search says to use.
/// @param merged whether it is a merge, not the newest checkpoint
/// @param merge_weights (checkpoints) or (groups, checkpoints), of it
/// @param arguments of the search, which say where to
void write_result(bool merged, const std::vector<double>& merge_weights, const bouillon::checkpoint_set& checkpoints,
                  const bouillon::tensor_groups& groups, const search_arguments& arguments);
