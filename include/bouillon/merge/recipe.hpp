// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/merged_types.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/version.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bouillon {

/// A checkpoint that went into a merge.
struct recipe_input {
    std::filesystem::path checkpoint;   ///< as it was given
    std::vector<double> merge_weights;  ///< (groups)
    std::string hash;                   ///< of its tensors, 32 hexadecimal digits
};

/// All that a merged checkpoint follows from: from equal recipes come equal bytes.
struct merge_recipe {
    std::vector<recipe_input> inputs;  ///< oldest first
    tensor_groups groups;              ///< of tensors that have merge weights of their own
    /// Name and hash of each file copied from the newest; nothing where the output is a single file.
    std::optional<std::map<std::string, std::string>> side_files;
    merged_types types;                 ///< of the output's float tensors
    bool newest_integers = false;       ///< whether tensors of integers and bools that differ are the newest's
    std::vector<std::string> prefixes;  ///< that were taken off the tensors' names
    std::optional<std::filesystem::path> config;    ///< that stood for the checkpoints' own, as it was given
    std::size_t shard_size = 0;                     ///< bytes of tensors a file of a directory holds; 0: any number
    bool allow_non_finite = false;                  ///< NaN and infinity were let pass
    bool optimizer_state = false;                   ///< whether tensors of an optimizer's state were merged too
    std::map<std::string, std::string> provenance;  ///< what else the metadata of the output's files says
    std::string bouillon = version;                 ///< that merged
};

/// The key of a single merged file's metadata under which its recipe is; a directory has a file (recipe_file_name).
inline constexpr std::string_view recipe_key = "bouillon.recipe";

/// The recipe as JSON.
///
/// Weights are decimals that read back exactly.
/// @param recipe to be written
/// @param indent spaces; negative for one line
std::string to_json(const merge_recipe& recipe, int indent);

/// Reads what to_json() wrote.
/// @param text JSON
/// @param name what messages call it
/// @throws input_error for what is no recipe, and for one of a later version of the format
merge_recipe parse_recipe(std::string_view text, const std::string& name);

/// Reads the recipe of a merged checkpoint: `path` is a recipe's file, the directory of a merged checkpoint, or a
/// merged `.safetensors` file.
/// @throws input_error when it cannot be read or has none
merge_recipe read_recipe(const std::filesystem::path& path);

}  // namespace bouillon

#ifndef BOUILLON_COMPILED
#    include <bouillon/merge/recipe.ipp>
#endif
