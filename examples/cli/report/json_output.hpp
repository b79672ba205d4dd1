// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/report.hpp>

#include "checkpoints/merge_weight_names.hpp"
#include "scoring/loss_wording.hpp"
#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>

namespace bouillon {
struct recommendation;
struct trial_event;
}  // namespace bouillon

// What `bouillon search --json` prints: objects without line breaks, where a number that is not known, such as the
// standard error of a single value, is null. The result is also what ends a journal.

/// `earlier`: trials of the searches before this one. `newest_losses`: (documents), of the newest checkpoint on the
/// search documents, which gains are over.
std::string trial_json(const bouillon::trial_event& event, std::size_t earlier, std::span<const double> newest_losses,
                       const merge_weight_names& names);

/// `stopped_by`: the option that ended the search.
nlohmann::ordered_json result_json(const bouillon::merge_report& report, const bouillon::recommendation& recommendation,
                                   const merge_weight_names& names, const loss_wording& wording,
                                   const std::string& stopped_by);

/// The report that a result tells, and what its merge weights are of. Throws the JSON library's exception where the
/// result is none.
bouillon::merge_report report_from(const nlohmann::ordered_json& result);
merge_weight_names names_from(const nlohmann::ordered_json& result);

/// Prints a line, which another program may be waiting for.
void print_line(const std::string& line);
void print_line(const nlohmann::ordered_json& object);
