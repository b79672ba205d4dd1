// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_contents.hpp>
#include <bouillon/checkpoint/json_file.hpp>
#include <bouillon/core/function_ref.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// Reads `weight_map`: tensor and the shard that holds it.
/// @param extension of a shard, e.g. ".safetensors"
/// @throws input_error for a shard that is not a plain file name, so that no index can make bouillon read outside of
///     its directory
inline std::map<std::string, std::string> read_weight_map(const std::filesystem::path& index,
                                                          std::string_view extension) {
    const auto document = read_json_object(index);
    const auto fail = [&](const std::string& what) { throw input_error(index.string() + ": " + what); };
    const auto map = document.find("weight_map");
    if (map == document.end() || !map->is_object()) fail("has no object \"weight_map\"");

    std::map<std::string, std::string> shards;
    for (const auto& [tensor, shard] : map->items()) {
        if (!shard.is_string()) fail("tensor " + in_quotes(tensor) + " has no file name");
        const auto& name = shard.template get_ref<const std::string&>();
        if (name.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos || !name.ends_with(extension))
            fail("tensor " + in_quotes(tensor) + " is in " + in_quotes(name) + ", which is not the plain name of a " +
                 std::string(extension) + " file");
        shards.emplace(tensor, name);
    }
    return shards;
}

/// Opens the shards of an index, each once.
///
/// Tensors of a shard that the index does not name belong to the checkpoint, as they do for the loaders of Hugging
/// Face; the index's `total_size` is not looked at.
/// @param extension of a shard
/// @param read called as read(path): the contents of a shard
/// @throws input_error when one lacks a tensor that the index says it has
inline checkpoint_contents read_shards(const std::filesystem::path& index, std::string_view extension,
                                       function_ref<checkpoint_contents(const std::filesystem::path&)> read) {
    const auto map = read_weight_map(index, extension);
    std::set<std::string> names;
    for (const auto& [tensor, shard] : map) names.insert(shard);
    checkpoint_contents all;
    std::map<std::string, std::set<std::string>> held;  // by shard
    for (const auto& name : names) {
        auto contents = read(index.parent_path() / name);
        for (auto& tensor : contents.tensors) {
            held[name].insert(tensor.description.name);
            if (!map.contains(tensor.description.name)) all.not_in_index.push_back(tensor.description.name);
            all.tensors.push_back(std::move(tensor));
        }
        all.left_out.other += contents.left_out.other;
        all.notes.insert(all.notes.end(), contents.notes.begin(), contents.notes.end());
    }
    for (const auto& [tensor, shard] : map)
        if (!held[shard].contains(tensor))
            throw input_error(index.string() + ": tensor " + in_quotes(tensor) + " is not in " + shard);
    return all;
}

}  // namespace bouillon::detail
