// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/merge_search/measured_domains.hpp>
#include <bouillon/merge_search/measured_merges.hpp>
#include <bouillon/merge_search/racing.hpp>
#include <bouillon/merge_search/recorded_evaluator.hpp>
#include <bouillon/merge_search/report.hpp>
#include <bouillon/tensor/precision.hpp>

#include "checkpoints/merge_weight_names.hpp"
#include "scoring/evaluate_function.hpp"
#include "scoring/loss_wording.hpp"
#include "search/measurement_journal.hpp"
#include "search/measurement_names.hpp"
#include "search/search_arguments.hpp"
#include "search/work_ahead.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bouillon {
struct trial_event;
}
struct merge_scorer;

/// Prints what the user is to know, as a line of the program on standard error.
void print_note(const std::string& text);

using recorded_evaluator = bouillon::recorded_evaluator<evaluate_function>;
using merge_losses = bouillon::measured_merges<recorded_evaluator>;

/// What the searches of a run look for: the merge of the lowest loss, whose losses are measured and remembered.
struct merge_problem {
    const search_arguments& arguments;
    const bouillon::tensor_groups& groups;  // empty: all tensors have the same merge weights
    merge_losses& losses;
    measurement_journal& journal;
    measurement_names& called;
    merge_weight_names names;
    loss_wording wording;
    bouillon::precision precision = bouillon::precision::float32;  // of the products that give losses
    const metric_choice* metric = nullptr;                         // of questions; null where documents are scored
    std::size_t window = 0;                   // tokens in which documents are cut; 0: a command's affair
    std::vector<double> newest_losses = {};   // (search documents), of the newest checkpoint
    bouillon::measured_domains domains = {};  // of several held-out sets
    std::size_t confirming = 0;               // documents set aside from the search's
    bouillon::gain_documents gains_on = bouillon::gain_documents::search;
    std::optional<bouillon::document_race> race = std::nullopt;       // nothing: every trial is scored in full
    std::function<void(const std::string&)> note = print_note;        // tells what the user is to know
    std::function<void(const bouillon::trial_event&)> on_trial = {};  // these two are told in the terminal's place:
    std::function<void(const std::string&)> on_stage = {};            // how trials end, and what else is measured
    std::optional<work_ahead> ahead = std::nullopt;                   // nothing: the newest is not measured yet
    bouillon::monitor* side_by_side = nullptr;                        // whose threads measure several merges at once

    std::size_t checkpoints() const { return names.checkpoints.size(); }
    /// Merge weights (checkpoints).
    std::vector<double> newest() const;
    /// What losses come to that a merge has on the search documents, (documents).
    bouillon::loss_estimate search_loss(std::span<const double> documents) const {
        return mean_loss(documents, domains.search);
    }
};

/// Losses of a merge that the search cannot do without: where it cannot be measured it is tried once more.
/// @param name what messages call it
/// @param merge_weights of it
/// @param set of documents
/// @returns losses (documents)
/// @throws work_error where it cannot be measured
std::vector<double> needed_losses(merge_problem& problem, const std::string& name,
                                  const std::vector<double>& merge_weights, bouillon::document_set set);

/// Measures the newest checkpoint, which every merge is compared with, on all documents, so that a fault in them shows
/// at once. Of a search that is resumed it is measured once more, and told how that differs from what is in the
/// journal, which stands.
/// @throws work_error where it cannot be measured
/// @throws input_error where the journal is of other documents, or of what gives losses of quite another size
void measure_newest(merge_problem& problem, const merge_scorer& scorer, recorded_evaluator& evaluate);
