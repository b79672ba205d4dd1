// SPDX-License-Identifier: Apache-2.0
#include "search_space.hpp"

#include <cstddef>

any_space make_space(const search_arguments& arguments) {
    const std::size_t checkpoints = arguments.checkpoints.size();
    if (arguments.space == "interval") return {bouillon::interval{.lower = arguments.alpha, .upper = 1}};
    if (arguments.space == "affine")
        return {bouillon::affine{.checkpoints = checkpoints, .lower = arguments.lower, .upper = arguments.upper}};
    if (arguments.space == "schedule")
        return {bouillon::schedule{.checkpoints = checkpoints, .largest_step = arguments.step}};
    return {bouillon::simplex{checkpoints}};
}
