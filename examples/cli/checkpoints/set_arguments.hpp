// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/set_options.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Type of the merged tensors; nothing: each keeps its own.
struct dtype_choice {
    std::string_view name;
    std::optional<bouillon::dtype> type;
};

/// Those that --dtype names, the default first.
std::span<const dtype_choice> dtype_choices();

/// What becomes of tensors of integers that differ.
struct integers_choice {
    std::string_view name;
    bool newest;
};

/// Those that --integers names, the default first.
std::span<const integers_choice> integers_choices();

/// What the user asked of how checkpoints are read, of the types of a merge and of checkpoints that are not alike.
struct set_arguments {
    const dtype_choice* dtype = &dtype_choices().front();
    std::vector<std::string> kept;  // patterns of tensors' names
    const integers_choice* integers = &integers_choices().front();
    std::vector<std::string> prefixes;
    std::filesystem::path config;  // empty: each checkpoint's own

    /// @param state what becomes of an optimizer's state
    bouillon::set_options options(bouillon::optimizer_state state = bouillon::optimizer_state::leave_out) const {
        return {.state = state,
                .types = {dtype->type, kept},
                .prefixes = prefixes,
                .config = config.empty() ? std::nullopt : std::optional(config),
                .newest_integers = integers->newest};
    }
};
