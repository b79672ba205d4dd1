// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

/// Checkpoints of a run, open for merging, and what a user is to be told of them.
struct checkpoint_run {
    bouillon::checkpoint_set checkpoints;
    std::vector<std::string> notes = {};

    /// Names (checkpoints), oldest first.
    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& one : checkpoints) all.push_back(one.name());
        return all;
    }
};

/// Name, shape and type of tensors.
inline std::vector<std::tuple<std::string, std::vector<std::size_t>, std::string>> rows_of(
    const std::vector<bouillon::checkpoint_tensor>& tensors) {
    std::vector<std::tuple<std::string, std::vector<std::size_t>, std::string>> rows;
    for (const auto& tensor : tensors) rows.emplace_back(tensor.name, tensor.shape, to_string(tensor.type));
    return rows;
}

/// The types of a merge, of which one is named as safetensors calls it.
/// @throws input_error for a name that no type has
inline bouillon::merged_types merged_types_of(const std::optional<std::string>& dtype, std::vector<std::string> kept) {
    bouillon::merged_types types;
    if (dtype) types.type = bouillon::parse_dtype(*dtype);
    if (dtype && !types.type) throw bouillon::input_error("there is no type " + bouillon::in_quotes(*dtype));
    types.kept = std::move(kept);
    return types;
}
