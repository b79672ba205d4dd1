// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/score/concept.hpp>
#include <bouillon/score/held_out.hpp>
#include <bouillon/tensor/parameters.hpp>

#include <span>
#include <utility>

namespace bouillon {

/// Merges checkpoints on a backend and scores the merge in the same process; nothing is written and, after the first
/// call, nothing is allocated for the merge.
/// `Checkpoints`: resident_checkpoints, or placed_checkpoints.
template <class Checkpoints, class Scorer>
requires document_loss<Scorer, parameters<typename Checkpoints::backend_type>, held_out_documents>
class resident_evaluator {
 public:
    /// @param test  may be empty, when only the search documents are to be measured
    resident_evaluator(Checkpoints checkpoints, Scorer score, held_out_documents search, held_out_documents test = {})
        : checkpoints_(std::move(checkpoints)),
          score_(std::move(score)),
          search_(std::move(search)),
          test_(std::move(test)) {}

    /// @param merge_weights  (checkpoints), newest last
    merge_evaluation operator()(std::span<const double> merge_weights, document_set documents) {
        merge_evaluation result;
        detail::stopwatch watch;
        checkpoints_.merge_into(merge_weights, merged_);
        result.merge_seconds = watch.lap();
        result.losses = score_(merged_, documents == document_set::search ? search_ : test_);
        result.score_seconds = watch.lap();
        return result;
    }

 private:
    Checkpoints checkpoints_;
    Scorer score_;
    held_out_documents search_, test_;
    parameters<typename Checkpoints::backend_type> merged_;
};

}  // namespace bouillon
