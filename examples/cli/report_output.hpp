// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/report.hpp>
#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/bayesian_search.hpp>

#include <span>
#include <string>
#include <vector>

// What `bouillon search` prints. The JSON texts are one object without line breaks; a number that is not known, such as
// the standard error of a single value, is null there.

/// What merge weights are of.
struct merge_weight_names {
    std::vector<std::string> checkpoints;  // in the order of merge weights
    std::vector<std::string> groups;       // of tensors; empty where all have the same merge weights
};

/// `earlier`: trials of the searches before this one. `newest_losses`: (documents), of the newest checkpoint on the
/// search documents, which gains are over.
std::string trial_json(const bouillon::trial_event& event, std::size_t earlier, std::span<const double> newest_losses,
                       const merge_weight_names& names);

/// `stopped_by`: the option that ended the search.
std::string result_json(const bouillon::merge_report& report, const bouillon::recommendation& recommendation,
                        const merge_weight_names& names, const std::string& stopped_by);

/// The table of baselines and the found merge, its weights by checkpoint, the decision in a sentence, and the warnings.
std::string result_text(const bouillon::merge_report& report, const merge_weight_names& names);

/// Whether to use the found merge, and why, in a sentence or two. `newest`: that checkpoint's name.
std::string decision_text(const bouillon::merge_report& report, const std::string& newest);
