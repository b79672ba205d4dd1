// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/score/held_out_sets.hpp>
#include <bouillon/score/multiple_choice.hpp>

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// Makes an evaluator of documents one of held-out sets: a merge's losses are those of documents and questions, which
/// are what the search pairs and averages.
template <merge_evaluator Evaluator>
class question_evaluator {
 public:
    /// @param evaluate measures the documents() of the sets
    /// @param search sets
    /// @param test sets; none where only the search's are to be measured
    /// @param kind what a question's loss is
    question_evaluator(Evaluator evaluate, held_out_sets search, held_out_sets test, question_loss kind)
        : evaluate_(std::move(evaluate)), search_(std::move(search)), test_(std::move(test)), kind_(kind) {}

    /// Losses of a merge.
    /// @param merge_weights (checkpoints), newest last
    /// @param set which documents and questions
    merge_evaluation operator()(std::span<const double> merge_weights, document_set set) {
        merge_evaluation result = evaluate_(merge_weights, set);
        const auto& sets = set == document_set::search ? search_ : test_;
        result.losses = sets.losses(result.losses, kind_);
        return result;
    }

    /// Losses on some of the search sets' items.
    /// @param merge_weights (checkpoints), newest last
    /// @param items (scored), documents and questions as they are numbered through
    merge_evaluation operator()(std::span<const double> merge_weights,
                                std::span<const std::size_t> items) requires partial_merge_evaluator<Evaluator> {
        const std::vector<std::size_t> documents = search_.documents_of(items);
        merge_evaluation result = evaluate_(merge_weights, std::span<const std::size_t>(documents));
        result.losses = search_.losses(items, result.losses, kind_);
        return result;
    }

 private:
    Evaluator evaluate_;
    held_out_sets search_, test_;
    question_loss kind_;
};

}  // namespace bouillon
