// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/merge_problem.hpp"
#include "search/search_stages.hpp"

namespace bouillon {
class history;
}

/// Measures what a search recommends, as the verdict needs it. Where that fails twice, the trial of the lowest loss
/// that can be measured takes its place, with a warning.
/// @param trials of the search
/// @param result of it, whose recommendation is measured
/// @throws work_error where none can be
void measure_answer(merge_problem& problem, const bouillon::history& trials, search_result& result);
