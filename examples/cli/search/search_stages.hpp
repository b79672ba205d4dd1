// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/report.hpp>
#include <bouillon/search/recommendation.hpp>

#include "report/posterior_slice.hpp"
#include "search/merge_front.hpp"
#include "search/merge_problem.hpp"
#include "search/reported_trial.hpp"

#include <cstddef>
#include <string>
#include <vector>

/// What a search came to.
struct search_result {
    bouillon::recommendation recommendation;
    std::size_t trials = 0;
    std::string stopped_by;                // the option that ended it, without its dashes
    merge_front front;                     // where there are several held-out sets
    std::vector<reported_trial> reported;  // these three where a page can be made of the search
    std::vector<posterior_slice> slices;
    std::string slices_space;  // of the search that they are of
    std::vector<bouillon::report_warning>
        warnings;  // of the recommendation: where it lies, and whether it was measured
};

/// Searches merge weights that are the same for all tensors, with a journal if one is asked for.
search_result search_alike(merge_problem& problem);

/// Searches group by group around what was found for all tensors alike; keeps that where nothing better is measured.
search_result search_groups(merge_problem& problem, const search_result& alike);
