// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/score/multiple_choice.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// Makes an evaluator of choices one of questions: a merge's losses are those of the questions, which are what the
/// search pairs and averages.
template <merge_evaluator Evaluator>
class question_evaluator {
 public:
    /// @param evaluate measures the choices() of the questions as documents
    /// @param search nothing where that set is of documents: their losses are passed on as they are
    /// @param test as `search`
    /// @param kind what a question's loss is
    question_evaluator(Evaluator evaluate, std::optional<multiple_choice> search, std::optional<multiple_choice> test,
                       question_loss kind)
        : evaluate_(std::move(evaluate)), search_(std::move(search)), test_(std::move(test)), kind_(kind) {}

    /// Losses of a merge.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents which
    merge_evaluation operator()(std::span<const double> merge_weights, document_set documents) {
        merge_evaluation result = evaluate_(merge_weights, documents);
        const auto& questions = documents == document_set::search ? search_ : test_;
        if (questions) result.losses = questions->losses(result.losses, kind_);
        return result;
    }

    /// Losses on some of the search set's questions.
    /// @param merge_weights (checkpoints), newest last
    /// @param questions (scored), which
    merge_evaluation operator()(std::span<const double> merge_weights,
                                std::span<const std::size_t> questions) requires partial_merge_evaluator<Evaluator> {
        if (!search_) return evaluate_(merge_weights, questions);
        const std::vector<std::size_t> choices = search_->choices_of(questions);
        merge_evaluation result = evaluate_(merge_weights, std::span<const std::size_t>(choices));
        result.losses = search_->select(questions).losses(result.losses, kind_);
        return result;
    }

 private:
    Evaluator evaluate_;
    std::optional<multiple_choice> search_, test_;
    question_loss kind_;
};

}  // namespace bouillon
