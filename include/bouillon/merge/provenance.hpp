// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/checkpoint/content_hash.hpp>
#include <bouillon/merge/input_hashes.hpp>
#include <bouillon/merge/recipe.hpp>
#include <bouillon/merge/side_files.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>

namespace bouillon::detail {

/// Name (with the directories below) and hash of each file that copy_side_files() copies.
inline std::map<std::string, std::string> side_file_hashes(const side_file_sources& sources) {
    std::map<std::string, std::string> hashes;
    for (const auto& [file, source] : sources) hashes[file.generic_string()] = hash_of(read_file(source)).hex();
    return hashes;
}

/// Whether a checkpoint has a weight that is not 0.
inline bool is_used(const recipe_input& input) {
    return std::any_of(input.merge_weights.begin(), input.merge_weights.end(), [](double w) { return w != 0; });
}

/// Fills in the hashes of the inputs.
/// @param hashes (inputs)
/// @param inputs whose weight is not 0
inline void set_hashes(merge_recipe& recipe, const input_hashes& hashes, std::span<const checkpoint* const> inputs) {
    for (std::size_t k = 0; k < recipe.inputs.size(); ++k) recipe.inputs[k].hash = hashes.of(k, inputs[k]->tensors());
}

/// Compares a hash with the one that a recipe has.
/// @throws input_error, with both hashes, for a file or a checkpoint that is not what `expected` was made with
inline void check_hash(const std::filesystem::path& path, const std::string& actual, const std::string& expected) {
    if (actual == expected) return;
    throw input_error(path.string() + (actual.empty() ? ": is not there" : ": has the hash " + actual) +
                      (expected.empty() ? ", but the recipe has no such file" : ", but the recipe has " + expected));
}

inline void check_side_files(const std::filesystem::path& directory, const std::map<std::string, std::string>& actual,
                             const std::map<std::string, std::string>& expected) {
    const auto hash_in = [](const std::map<std::string, std::string>& files, const std::string& name) {
        const auto file = files.find(name);
        return file == files.end() ? std::string() : file->second;
    };
    for (const auto& [name, hash] : actual) check_hash(directory / name, hash, hash_in(expected, name));
    for (const auto& [name, hash] : expected) check_hash(directory / name, hash_in(actual, name), hash);
}

inline void check_inputs(const merge_recipe& actual, const merge_recipe& expected) {
    for (std::size_t k = 0; k < actual.inputs.size(); ++k)
        check_hash(actual.inputs[k].checkpoint, actual.inputs[k].hash, expected.inputs.at(k).hash);
}

}  // namespace bouillon::detail
