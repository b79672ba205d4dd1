// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report_page.hpp"

#include <string>

/// The page: one HTML file that needs nothing else, for narrow and wide screens, light and dark.
std::string html_report(const report_page& page);
