// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "html_report.hpp"
#include "workbench.hpp"

#include <string>
#include <vector>

/// What a page calls the coordinates of a space, which has the name that --space gives it, or "groups".
std::vector<std::string> coordinate_names(const workbench& bench, const std::string& space);

/// The page of a search that is over. Measures the checkpoints alone where they are not yet, and reads them once.
report_page make_page(workbench& bench, const bouillon::merge_report& report, std::vector<reported_trial> trials,
                      std::vector<posterior_slice> slices);
