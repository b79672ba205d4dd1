// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report_page.hpp"
#include "search/merge_problem.hpp"
#include "search/search_stages.hpp"

namespace bouillon {
class checkpoint_set;
}

/// The page of a search that is over. Reads the checkpoints once; measures them alone, where they are not yet, if
/// --report was given.
/// @param checkpoints whose distances it tells; null: it tells none
report_page make_page(merge_problem& problem, const bouillon::checkpoint_set* checkpoints,
                      const bouillon::merge_report& report, const search_result& result);
