// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/report.hpp>

#include "checkpoints/merge_weight_names.hpp"
#include "scoring/loss_wording.hpp"
#include "search/merge_front.hpp"

#include <string>

// What `bouillon search` prints for people.

/// "search", "confirm" or "test".
const char* documents_name(bouillon::gain_documents set);

/// "2.6843 (0.0120)": a mean loss with its standard error, where that is known.
std::string with_error(const bouillon::loss_estimate& loss);

/// The table of baselines and the found merge, of several held-out sets what each gains there and the front to choose
/// from, the found merge's weights by checkpoint, the decision in a sentence, and the warnings.
std::string result_text(const bouillon::merge_report& report, const merge_front& front, const merge_weight_names& names,
                        const loss_wording& wording);

/// Whether to use the found merge, and why, in a sentence or two. `newest`: that checkpoint's name.
std::string decision_text(const bouillon::merge_report& report, const std::string& newest, const loss_wording& wording);
