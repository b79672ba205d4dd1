// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/space/group_scaling.hpp>

#include "checkpoints/group_arguments.hpp"
#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

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

/// What a page calls the coordinates (d) of the space.
std::vector<std::string> coordinate_names(const bouillon::tensor_groups& groups, const bouillon::group_scaling& space);
