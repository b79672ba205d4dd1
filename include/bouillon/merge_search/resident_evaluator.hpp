// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/document_sets.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/merge_sums.hpp>
#include <bouillon/score/batch_part.hpp>
#include <bouillon/score/concept.hpp>
#include <bouillon/score/held_out.hpp>
#include <bouillon/tensor/parameters.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// Merges checkpoints on a backend and scores the merge in the same process.
///
/// Nothing is written and, after the first call, nothing is allocated for the merge.
/// @tparam Checkpoints resident_checkpoints, or placed_checkpoints
/// @tparam Scorer of the same backend's parameters
template <class Checkpoints, class Scorer>
requires document_loss<Scorer, parameters<typename Checkpoints::backend_type>, held_out_documents>
class resident_evaluator {
 public:
    /// @param checkpoints that are merged
    /// @param score gives a merge's losses
    /// @param search documents
    /// @param test documents; may be empty, when only the search documents are to be measured
    resident_evaluator(Checkpoints checkpoints, Scorer score, held_out_documents search, held_out_documents test = {})
        : documents_{std::move(search), std::move(test)},
          checkpoints_(std::move(checkpoints)),
          score_(std::move(score)) {}

    /// Losses of a merge.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents which
    merge_evaluation operator()(std::span<const double> merge_weights, document_set documents) {
        return score(merge_weights, documents_[documents]);
    }

    /// Losses on some of the search documents.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents (scored), which
    merge_evaluation operator()(std::span<const double> merge_weights, std::span<const std::size_t> documents) {
        return score(merge_weights, documents_.some(documents));
    }

    /// What a part of the batches adds to the losses, where the scorer is a document_scorer.
    /// @param merge_weights (checkpoints), newest last
    /// @param held_out documents
    /// @param part which batches
    merge_sums sums(std::span<const double> merge_weights, const held_out_documents& held_out, batch_part part) {
        merge_sums result;
        detail::stopwatch watch;
        merge(merge_weights);
        result.merge_seconds = watch.lap();
        result.sums = score_.sums(merged_, held_out, part);
        result.score_seconds = watch.lap();
        return result;
    }

    /// The documents that it measures on.
    const detail::document_sets& documents() const { return documents_; }

    /// What gives a merge's losses.
    const Scorer& scorer() const { return score_; }

 private:
    void merge(std::span<const double> merge_weights) {
        if (std::ranges::equal(merge_weights, merged_weights_)) return;
        merged_weights_.clear();  // until the merge is whole
        checkpoints_.merge_into(merge_weights, merged_);
        merged_weights_.assign(merge_weights.begin(), merge_weights.end());
    }

    merge_evaluation score(std::span<const double> merge_weights, const held_out_documents& held_out) {
        merge_evaluation result;
        detail::stopwatch watch;
        merge(merge_weights);
        result.merge_seconds = watch.lap();
        result.losses = score_(merged_, held_out);
        result.score_seconds = watch.lap();
        return result;
    }

    detail::document_sets documents_;
    Checkpoints checkpoints_;
    Scorer score_;
    parameters<typename Checkpoints::backend_type> merged_;
    std::vector<double> merged_weights_;  // (checkpoints), of merged_
};

}  // namespace bouillon
