// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "html_report.hpp"
#include "search_stages.hpp"
#include "workbench.hpp"

#include <string>
#include <vector>

/// What a page calls the coordinates of a space, which has the name that --space gives it, or "groups".
std::vector<std::string> coordinate_names(const workbench& bench, const std::string& space);

/// The same without groups, of checkpoints of these names.
std::vector<std::string> coordinate_names(const std::vector<std::string>& checkpoints, const std::string& space);

/// The page of a search that is over. Reads the checkpoints once; measures them alone, where they are not yet, if
/// --report was given.
report_page make_page(workbench& bench, const bouillon::merge_report& report, const search_result& result);
