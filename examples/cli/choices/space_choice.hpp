// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/report.hpp>

#include "choices/any_space.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Bounds of the spaces, each as the option of its name.
struct space_bounds {
    double alpha = 0.5, lower = -0.5, upper = 1.5, step = 0.5;
};

/// One of them, as an option and as the member of a space that it sets.
struct space_bound {
    std::string_view name, member;
    double space_bounds::*value;
};

/// A space of merge weights that are the same for all tensors. `make` throws input_error for bounds and numbers of
/// checkpoints that do not go with it. "auto" has neither point nor names.
struct space_choice {
    std::string_view name, help;
    any_space (*make)(std::size_t checkpoints, const space_bounds& bounds);
    std::vector<double> (*newest_point)(std::size_t checkpoints);  // (d), where the newest checkpoint lies
    std::vector<std::string> (*coordinate_names)(const std::vector<std::string>& checkpoints);  // (d)
    std::span<const space_bound> bounds;
};

/// Those that --space names; the first, "auto", stands for default_space().
std::span<const space_choice> space_choices();

/// What a search of so many checkpoints takes unless told otherwise.
const space_choice& default_space(std::size_t checkpoints);

/// The space of the paper.
const space_choice& paper_space();

/// The warning of a border of a space, where a point (d) lies on one, by the options that set it.
std::optional<bouillon::report_warning> border_warning(const space_choice& choice, const any_space& space,
                                                       std::span<const double> point);
