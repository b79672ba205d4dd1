// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/monitor.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge_search/confirmed_documents.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/written_merges.hpp>
#include <bouillon/score/served_command.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// Writes each merge to a temporary directory and has a program that stays measure it, one in each slot.
///
/// Where the program gives losses of the documents that are asked for, trials can race, and those that are set aside
/// are scored only for the merges that a verdict needs them of.
class served_evaluator {
 public:
    /// @param checkpoints must outlive the evaluator
    /// @param scorer the program
    /// @param options how often it may fail, how many run at once, and how merges are written for it
    /// @param confirm which documents are set aside
    /// @throws input_error for options that `check` refuses
    served_evaluator(const checkpoint_set& checkpoints, const served_command& scorer, external_options options = {},
                     confirm_options confirm = {})
        : documents_(confirm, "scorer `" + scorer.command + "`:", scorer.sets),
          merges_(checkpoints, options, [&](std::size_t slot) {
              const auto log = options.logs / ("slot-" + to_string(slot) + ".log");
              return score_server(scorer, slot, options.logs.empty() ? options.logs : log);
          }) {}
    /// Takes another's programs over.
    served_evaluator(served_evaluator&&) = default;
    ~served_evaluator() {
        merges_.for_each_scorer([](score_server& server) { server.close(); });  // they end side by side
    }

    /// Losses of a merge.
    /// @param merge_weights (checkpoints) or (groups, checkpoints)
    /// @param set on which documents
    /// @throws work_error when the merge cannot be written or is beyond its type's range, the program fails or gives
    ///         another number of losses than it should: then the trial failed, not the search
    /// @throws interrupted when `options.write.stop` says so
    merge_evaluation operator()(std::span<const double> merge_weights, document_set set) {
        const auto ask = [&](auto documents) { return merges_.measure(merge_weights, documents); };
        return documents_.measure(merge_weights, set, chooses_.value_or(false), ask);
    }

    /// Losses on some of the search documents. Only where the program chooses documents.
    /// @param merge_weights (checkpoints) or (groups, checkpoints)
    /// @param documents (scored), which
    merge_evaluation operator()(std::span<const double> merge_weights, std::span<const std::size_t> documents) {
        return documents_.measure(documents, [&](auto asked) { return merges_.measure(merge_weights, asked); });
    }

    /// Whether the program gives losses of the documents that are asked for: known for good once it was asked for one.
    /// @param merge_weights (checkpoints) or (groups, checkpoints), of a merge that was measured
    /// @throws work_error when it cannot be measured
    bool chooses_documents(std::span<const double> merge_weights) {
        if (!chooses_ && documents_.size() > 1)
            chooses_ = merges_.measure(merge_weights, std::array{std::size_t{0}}).losses.size() == 1;
        return chooses_.value_or(false);
    }

    /// Documents set aside; known once a merge has been measured, and 0 where there are too few or the program gives
    /// one number.
    std::size_t confirming() const { return documents_.confirming(); }

    /// The held-out sets that it tells losses by; known once a merge has been measured, and none where there is one.
    const measured_domains& domains() const { return documents_.domains(); }

    /// Whose threads measure side by side.
    bouillon::monitor& monitor() { return merges_.monitor(); }

 private:
    detail::confirmed_documents documents_;
    detail::written_merges<score_server> merges_;
    std::optional<bool> chooses_;  // documents; nothing: not known yet
};

static_assert(partial_merge_evaluator<served_evaluator>);

}  // namespace bouillon
