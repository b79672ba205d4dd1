// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/run_selection.hpp>
#include <bouillon/checkpoint/set_options.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace bouillon {
class checkpoint_set;
}

/// The checkpoints that the selection takes. Says on standard error what it left out of a folder, and which order it
/// took where the names leave a doubt.
std::vector<std::filesystem::path> taken_checkpoints(const std::vector<std::filesystem::path>& given,
                                                     const bouillon::run_selection& selection);

/// What helps where two checkpoints are needed and these were taken: in brackets, or nothing.
std::string remedy_of_one(const std::vector<std::filesystem::path>& taken);

/// bouillon::open_checkpoints, compiled once for all commands.
bouillon::checkpoint_set open_run(const std::vector<std::filesystem::path>& checkpoints,
                                  const bouillon::set_options& options = {});

/// Says on standard error what the checkpoints hold that a user may not expect: tensors that an index does not name,
/// and what was left out: an optimizer's state, and buffers that a configuration implies.
/// @param checkpoints of any kind
/// @param remedy what the command can do about such a state
void note_contents(const bouillon::checkpoint_set& checkpoints, const char* remedy = "");
