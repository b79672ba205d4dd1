// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/search_arguments.hpp"

#include <filesystem>
#include <vector>

namespace bouillon {
class checkpoint_set;
struct tensor_groups;
struct write_options;
}  // namespace bouillon

/// bouillon::write_merged, compiled once for all commands.
void write_merge(const bouillon::checkpoint_set& checkpoints, const std::vector<double>& merge_weights,
                 const std::filesystem::path& output, const bouillon::write_options& options);

/// Merges as a recipe says, bit for bit.
void write_again(const std::filesystem::path& recipe, const std::filesystem::path& output,
                 const bouillon::write_options& options);

/// Finds whatever would stop a search's merges from being written, before its first trial: those for a command that
/// scores, and --out. Each checkpoint is read once for it, unless neither is asked for.
/// @throws input_error that says what
void check_result(const bouillon::checkpoint_set& checkpoints, const bouillon::tensor_groups& groups,
                  const search_arguments& arguments);

/// Writes the checkpoint that a search says to use.
/// @param decision by which it is that one, for its provenance
/// @param merge_weights (checkpoints) or (groups, checkpoints), of it
/// @param arguments of the search, which say where to
void write_result(const std::string& decision, const std::vector<double>& merge_weights,
                  const bouillon::checkpoint_set& checkpoints, const bouillon::tensor_groups& groups,
                  const search_arguments& arguments);
