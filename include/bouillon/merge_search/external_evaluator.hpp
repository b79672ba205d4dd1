// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/function_ref.hpp>
#include <bouillon/core/monitor.hpp>
#include <bouillon/merge_search/confirmed_documents.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/written_merges.hpp>
#include <bouillon/score/external_command.hpp>
#include <bouillon/score/score_request.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// Writes each merge to a temporary directory and has a program of the user's measure it: one loss, or one a document.
///
/// Where it is one a document, some may be set aside: they are then the test documents. A command measures all at once,
/// so what it said of those is kept, and costs nothing when the search is over.
class external_evaluator {
 public:
    /// @param checkpoints must outlive the evaluator
    /// @param command that measures
    /// @param options how often it may fail, how many run at once, and how merges are written for it
    /// @param confirm which documents are set aside
    /// @throws input_error for options that `check` refuses
    external_evaluator(const checkpoint_set& checkpoints, external_command command, external_options options = {},
                       confirm_options confirm = {})
        : documents_(confirm, "scorer `" + command.command + "`:", command.sets),
          merges_(checkpoints, options, [&](std::size_t slot) {
              return slot_scorer{command, slot, options.logs};
          }) {}

    /// Losses of a merge.
    /// @param merge_weights (checkpoints) or (groups, checkpoints)
    /// @param set on which documents
    /// @throws work_error when the merge cannot be written or is beyond its type's range, the command fails or it gives
    ///         another number of losses than at first: then the trial failed, not the search
    /// @throws interrupted when `options.write.stop` says so
    merge_evaluation operator()(std::span<const double> merge_weights, document_set set) {
        const auto ask = [&](auto documents) { return merges_.measure(merge_weights, documents); };
        return documents_.measure(merge_weights, set, false, ask);
    }

    /// Documents set aside; known once a merge has been measured, and 0 where there are too few or the command prints
    /// one number.
    std::size_t confirming() const { return documents_.confirming(); }

    /// The held-out sets that it tells losses by; known once a merge has been measured, and none where there is one.
    const measured_domains& domains() const { return documents_.domains(); }

    /// Whose threads measure side by side.
    bouillon::monitor& monitor() { return merges_.monitor(); }

 private:
    struct slot_scorer {
        external_command command;
        std::size_t slot;
        std::filesystem::path logs;

        std::vector<double> operator()(const score_request& request, function_ref<bool()> stopped) const {
            return command.run(request, slot, logs.empty() ? logs : logs / (request.name + ".log"), stopped);
        }
    };

    detail::confirmed_documents documents_;
    detail::written_merges<slot_scorer> merges_;
};

static_assert(merge_evaluator<external_evaluator>);

}  // namespace bouillon
