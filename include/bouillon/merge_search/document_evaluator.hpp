// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/score/held_out.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace bouillon::detail {

/// What is asked of an evaluator that has the documents itself: `Evaluator` derives from this and has
/// `score(merge_weights, held_out)`.
template <class Evaluator>
class document_evaluator {
 public:
    /// @param search documents
    /// @param test documents; may be empty, when only the search documents are to be measured
    explicit document_evaluator(held_out_documents search, held_out_documents test)
        : search_(std::move(search)), test_(std::move(test)) {}

    /// Losses of a merge.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents which
    merge_evaluation operator()(std::span<const double> merge_weights, document_set documents) {
        return self().score(merge_weights, documents == document_set::search ? search_ : test_);
    }

    /// Losses on some of the search documents.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents (scored), which
    merge_evaluation operator()(std::span<const double> merge_weights, std::span<const std::size_t> documents) {
        return self().score(merge_weights, search_.select(documents));
    }

 private:
    Evaluator& self() { return static_cast<Evaluator&>(*this); }

    held_out_documents search_, test_;
};

}  // namespace bouillon::detail
