// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run_time_choice.hpp"
#include "search_arguments.hpp"

#include <cstddef>

/// The space that was asked for, "auto" apart, which must have been resolved.
inline any_space make_space(const search_arguments& arguments) {
    const std::size_t checkpoints = arguments.checkpoints.size();
    if (arguments.space == "interval") return {bouillon::interval{.lower = arguments.alpha, .upper = 1}};
    if (arguments.space == "affine")
        return {bouillon::affine{.checkpoints = checkpoints, .lower = arguments.lower, .upper = arguments.upper}};
    if (arguments.space == "schedule")
        return {bouillon::schedule{.checkpoints = checkpoints, .largest_step = arguments.step}};
    return {bouillon::simplex{checkpoints}};
}
