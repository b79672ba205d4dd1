// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/report.hpp>

#include "measured_in.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

// What `bouillon search` prints for people.

/// What merge weights are of.
struct merge_weight_names {
    std::vector<std::string> checkpoints;  // in the order of merge weights
    std::vector<std::string> groups;       // of tensors; empty where all have the same merge weights
};

/// "search", "confirm" or "test".
const char* documents_name(bouillon::gain_documents set);

/// The weights of group g, or of all tensors.
std::span<const double> row_of(std::span<const double> merge_weights, std::size_t g, const merge_weight_names& names);

/// "2.6843 (0.0120)": a mean loss with its standard error, where that is known.
std::string with_error(const bouillon::loss_estimate& loss);

/// The table of baselines and the found merge, its weights by checkpoint, the decision in a sentence, and the warnings.
std::string result_text(const bouillon::merge_report& report, const merge_weight_names& names,
                        const measured_in& measured);

/// Whether to use the found merge, and why, in a sentence or two. `newest`: that checkpoint's name.
std::string decision_text(const bouillon::merge_report& report, const std::string& newest, const measured_in& measured);
