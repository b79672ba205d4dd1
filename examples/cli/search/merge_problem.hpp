// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/merge_search/measured_merges.hpp>
#include <bouillon/merge_search/racing.hpp>
#include <bouillon/merge_search/report.hpp>

#include "checkpoints/merge_weight_names.hpp"
#include "scoring/evaluate_function.hpp"
#include "scoring/loss_wording.hpp"
#include "search/search_arguments.hpp"

#include <cstddef>
#include <optional>
#include <vector>

struct merge_scorer;

using merge_losses = bouillon::measured_merges<evaluate_function>;

/// What the searches of a run look for: the merge of the lowest loss, whose losses are measured and remembered.
struct merge_problem {
    const search_arguments& arguments;
    const bouillon::tensor_groups& groups;  // empty: all tensors have the same merge weights
    merge_losses& losses;
    merge_weight_names names;
    loss_wording wording;
    const metric_choice* metric = nullptr;   // of questions; null where documents are scored
    std::vector<double> newest_losses = {};  // (search documents), of the newest checkpoint
    std::size_t confirming = 0;              // documents set aside from the search's
    bouillon::gain_documents gains_on = bouillon::gain_documents::search;
    std::optional<bouillon::document_race> race = std::nullopt;  // nothing: every trial is scored in full

    std::size_t checkpoints() const { return names.checkpoints.size(); }
    /// Merge weights (checkpoints).
    std::vector<double> newest() const;
};

/// Measures the newest checkpoint, which every merge is compared with, on all documents, so that a fault in them shows
/// at once; and the baselines that others race against.
/// @throws work_error where it cannot be measured
void measure_newest(merge_problem& problem, const merge_scorer& scorer);
