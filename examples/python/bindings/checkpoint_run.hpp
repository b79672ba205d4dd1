// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>

#include <string>
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
