// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/json_file.hpp>
#include <bouillon/checkpoint/stored_tensor.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// The tensors of a checkpoint in shards, and those of them that the index does not name.
struct indexed_shards {
    std::vector<stored_tensor> tensors;
    std::vector<std::string> not_in_index;
};

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
/// @param read called as read(path): the tensors of a shard
/// @throws input_error when one lacks a tensor that the index says it has
template <class Read>
indexed_shards read_shards(const std::filesystem::path& index, std::string_view extension, const Read& read) {
    const auto map = read_weight_map(index, extension);
    std::set<std::string> names;
    for (const auto& [tensor, shard] : map) names.insert(shard);
    indexed_shards all;
    std::map<std::string, std::set<std::string>> held;  // by shard
    for (const auto& name : names)
        for (auto& tensor : read(index.parent_path() / name)) {
            held[name].insert(tensor.description.name);
            if (!map.contains(tensor.description.name)) all.not_in_index.push_back(tensor.description.name);
            all.tensors.push_back(std::move(tensor));
        }
    for (const auto& [tensor, shard] : map)
        if (!held[shard].contains(tensor))
            throw input_error(index.string() + ": tensor " + in_quotes(tensor) + " is not in " + shard);
    return all;
}

}  // namespace bouillon::detail
