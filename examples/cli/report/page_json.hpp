// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/report_page.hpp"
#include <nlohmann/json_fwd.hpp>

/// What a page shows beside the result and the trials, for the last line of a journal.
nlohmann::ordered_json page_json(const report_page& page);

/// Takes over what page_json wrote. Throws the JSON library's exception where it did not.
void read_page_json(const nlohmann::ordered_json& object, report_page& page);
