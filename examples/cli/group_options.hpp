// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/space/group_scaling.hpp>

#include <CLI/App.hpp>
#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

/// What the user asked of groups of tensors.
struct group_arguments {
    std::string division;             // "parts", "depth:N", or empty
    std::vector<std::string> own;     // NAME=PATTERN[,PATTERN...], before the division's
    std::vector<std::string> ranges;  // NAME=LOWER..UPPER or NAME=VALUE
    std::vector<std::string> frozen;  // names
    std::size_t budget = 0;           // trials; 0: as many as the search of all tensors alike

    bool any() const { return !division.empty() || !own.empty(); }
};

/// Adds the options that give groups of tensors merge weights of their own.
void add_group_options(CLI::App& command, group_arguments& arguments);

/// The groups of a model's tensors. Throws input_error for a division that is none, a pattern that holds nothing, and
/// ranges without groups.
bouillon::tensor_groups make_groups(const group_arguments& arguments, const bouillon::checkpoint_set& checkpoints);

/// How far each group may go from the newest checkpoint towards the merge and beyond.
/// Throws input_error for a range of no group, or that is no range.
bouillon::group_scaling make_group_space(const group_arguments& arguments, const bouillon::tensor_groups& groups,
                                         std::vector<double> merged);

/// The bounds that a point of the space lies on, by the groups' names.
std::vector<bouillon::reached_bound> reached_bounds(const bouillon::tensor_groups& groups,
                                                    const bouillon::group_scaling& space,
                                                    std::span<const double> point);

/// Both, for a journal's settings: a search of other groups or ranges is another search.
nlohmann::ordered_json to_json(const bouillon::tensor_groups& groups, const bouillon::group_scaling& space);
