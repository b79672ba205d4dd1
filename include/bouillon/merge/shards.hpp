// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_tensor.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace bouillon::detail {

/// Tensors that one file holds, as indices.
using shard = std::vector<std::size_t>;

/// Fills files one after the other, in the order of the tensors, as Hugging Face's tools do: a tensor that would take a
/// file beyond `limit` begins the next one, and a larger one than that has its own.
/// @param sizes (tensors), bytes
/// @param limit bytes; 0 for none
/// @returns at least one shard
inline std::vector<shard> split_into_shards(std::span<const std::size_t> sizes, std::size_t limit) {
    std::vector<shard> shards(1);
    std::size_t filled = 0;  // bytes of the last shard
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (limit > 0 && !shards.back().empty() && (filled > limit || sizes[i] > limit - filled)) {
            shards.emplace_back();
            filled = 0;
        }
        shards.back().push_back(i);
        filled += sizes[i];
    }
    return shards;
}

/// The name of shard `number`, from 1, of `count`.
inline std::string shard_name(std::size_t number, std::size_t count) {
    char name[80];
    std::snprintf(name, sizeof(name), "model-%05zu-of-%05zu.safetensors", number, count);
    return name;
}

/// The text of model.safetensors.index.json.
/// @param files (shards), their names
/// @param total_size bytes of all tensors
inline std::string shard_index(std::span<const checkpoint_tensor> tensors, std::span<const shard> shards,
                               std::span<const std::string> files, std::size_t total_size) {
    nlohmann::json index{{"metadata", {{"total_size", total_size}}}, {"weight_map", nlohmann::json::object()}};
    for (std::size_t file = 0; file < shards.size(); ++file)
        for (const std::size_t i : shards[file]) index["weight_map"][tensors[i].name] = files[file];
    return index.dump(2) + '\n';
}

}  // namespace bouillon::detail
