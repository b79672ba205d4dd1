// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "search/merge_problem.hpp"
#include "search/search_stages.hpp"

/// Measures the baselines beside what was found.
/// @param alike what was found for all tensors alike
bouillon::merge_report compared_merges(merge_problem& problem, const search_result& result,
                                       const bouillon::recommendation& alike);
