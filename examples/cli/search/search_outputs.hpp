// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/report.hpp>

#include "report/report_file.hpp"
#include "search/merge_problem.hpp"
#include "search/search_stages.hpp"

#include <optional>

namespace bouillon {
class checkpoint_set;
}

/// Prints the verdict and ends the journal, and then writes the checkpoint to use and the page, where they were asked
/// for. What cannot be written costs itself alone: how it can be made later is told.
/// @param page_file where the page goes; nothing where none is asked for
/// @throws work_error after all is done, where something could not be written
void put_out(merge_problem& problem, const bouillon::checkpoint_set& checkpoints, const bouillon::merge_report& report,
             const search_result& result, std::optional<report_file>& page_file);
