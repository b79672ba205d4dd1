// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/run_selection.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// What a user is to be told of a selection.
struct selection_notes {
    std::vector<std::filesystem::path> left_out;  ///< of folders, for their names or their kind
    std::vector<std::string> unfinished;          ///< why checkpoints were left out as not complete, with their paths
    std::string order;  ///< where the names leave a doubt: which order was taken, to go on "in the order of"
};

/// The checkpoints to take, oldest first, of those in a run's folder or of those named.
///
/// A directory that is no checkpoint but holds some stands for them, as does, where the selection leaves any out, one
/// that is a checkpoint and holds others. Of what a folder holds, merges and names that tell no step are left out where
/// there is anything else, as are files beside checkpoints' directories. Named checkpoints stay in their order, unless
/// some are left out. What stands in which order places_of() says; a snapshot in the Hub's cache has the name of its
/// revision. Cost: directories are listed, indices of shards are read.
/// @param paths folders of runs, directories and files of checkpoints
/// @param selection which of them
/// @param notes unless null, gets what a user is to be told
/// @throws unfinished_checkpoint where one of a folder that is to be taken is not complete
/// @throws input_error where there is no checkpoint to take, where fewer than `selection.last` are left, and where
///     checkpoints must be ordered and a name tells no step, two tell the same, or steps cannot be compared
std::vector<std::filesystem::path> select_checkpoints(std::span<const std::filesystem::path> paths,
                                                      const run_selection& selection, selection_notes* notes = nullptr);

}  // namespace bouillon

#ifndef BOUILLON_COMPILED
#    include <bouillon/checkpoint/folder/run_folder.ipp>
#endif
