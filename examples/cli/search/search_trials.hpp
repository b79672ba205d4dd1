// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/merge_problem.hpp"
#include "search/running_search.hpp"

#include <cstddef>
#include <string>

/// Runs trials until an option ends the search, and says on the terminal, or in JSON lines, how each ended.
/// @param search that suggests them; where it was resumed its trials are not measured again
/// @param newest_loss as running_search::stopped_by takes it
/// @param earlier trials of the searches before this one
/// @param problem whose merges are measured
/// @returns the option that ended it, without its dashes
/// @throws work_error where the first trials of this run all fail: what measures them has a fault of its own
std::string run_trials(running_search& search, double newest_loss, std::size_t earlier, merge_problem& problem);
