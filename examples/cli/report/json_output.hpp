// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/report.hpp>

#include "checkpoints/merge_weight_names.hpp"
#include "scoring/loss_wording.hpp"
#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>

namespace bouillon {
struct trial_event;
}
struct merge_front;
struct search_result;

// What `bouillon search --json` prints: objects without line breaks, where a number that is not known, such as the
// standard error of a single value, is null. The result is also what ends a journal.

/// `earlier`: trials of the searches before this one. `newest_losses`: (documents), of the newest checkpoint on the
/// search documents, which gains are over. `domains`: of these.
std::string trial_json(const bouillon::trial_event& event, std::size_t earlier, std::span<const double> newest_losses,
                       const bouillon::document_domains& domains, const merge_weight_names& names);

/// Of what the search came to: `report` tells it beside the baselines.
nlohmann::ordered_json result_json(const bouillon::merge_report& report, const search_result& result,
                                   const merge_weight_names& names, const loss_wording& wording);

/// The report that a result tells, and what its merge weights are of. Throws the JSON library's exception where the
/// result is none.
bouillon::merge_report report_from(const nlohmann::ordered_json& result);
merge_weight_names names_from(const nlohmann::ordered_json& result);

/// The front that a result tells, without the merges that are not on it.
merge_front front_from(const nlohmann::ordered_json& result);

/// Prints a line, which another program may be waiting for.
void print_line(const std::string& line);
void print_line(const nlohmann::ordered_json& object);
