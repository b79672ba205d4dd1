// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge_search/evaluator.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// Measures merges and remembers what they gave, so that nothing is scored twice.
///
/// A baseline that a trial has met already costs nothing, and a merge that was scored on some documents is scored on
/// the others only.
template <merge_evaluator Evaluator>
class measured_merges {
 public:
    /// @param evaluate must outlive this
    explicit measured_merges(Evaluator& evaluate) : evaluate_(&evaluate) {}

    /// Losses of a merge, measured now or before, and seconds spent just now.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents which
    /// @returns losses (documents)
    /// @throws work_error when it cannot be measured
    merge_evaluation operator()(const std::vector<double>& merge_weights, document_set documents) {
        auto& kept = documents == document_set::search ? search_ : test_;
        if (const auto entry = kept.find(merge_weights); entry != kept.end()) return {entry->second, 0, 0};
        if constexpr (partial_merge_evaluator<Evaluator>)
            if (documents == document_set::search && partly_.contains(merge_weights)) {
                std::vector<std::size_t> all(documents_);
                std::iota(all.begin(), all.end(), std::size_t{0});
                return (*this)(merge_weights, all);
            }
        merge_evaluation result = (*evaluate_)(merge_weights, documents);
        if (documents == document_set::search) documents_ = result.losses.size();
        (documents == document_set::search ? search_scores_ : test_scores_) += result.losses.size();
        kept.emplace(merge_weights, result.losses);
        return result;
    }

    /// Losses of a merge on some of the search documents, measured now or before, and seconds spent just now.
    ///
    /// Before, a merge must have been measured on all of them.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents (scored), which, each once
    /// @returns losses (scored)
    /// @throws work_error when it cannot be measured
    merge_evaluation operator()(const std::vector<double>& merge_weights,
                                std::span<const std::size_t> documents) requires partial_merge_evaluator<Evaluator> {
        merge_evaluation result;
        if (!search_.contains(merge_weights)) result = complete(merge_weights, documents);
        const auto whole = search_.find(merge_weights);
        result.losses.clear();
        for (const std::size_t document : documents)
            result.losses.push_back(whole != search_.end() ? whole->second[document]
                                                           : partly_[merge_weights].at(document));
        return result;
    }

    /// Whether a merge's losses on all search documents are known, so that they cost nothing.
    bool knows(const std::vector<double>& merge_weights) const { return search_.contains(merge_weights); }

    /// Takes over losses that an earlier run measured on some of the search documents.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents (scored), which, each once
    /// @param losses (scored), nats per token
    void remember(const std::vector<double>& merge_weights, std::span<const std::size_t> documents,
                  std::span<const double> losses) {
        auto& scored = partly_[merge_weights];
        for (std::size_t i = 0; i < documents.size(); ++i) scored[documents[i]] = losses[i];
        keep_whole(merge_weights);
    }

    /// Documents scored so far, each as often as it was: what the work is counted in.
    std::size_t search_documents_scored() const { return search_scores_; }
    /// How often a test document was scored.
    std::size_t test_documents_scored() const { return test_scores_; }

 private:
    /// Scores what is not known of some documents.
    merge_evaluation complete(const std::vector<double>& merge_weights, std::span<const std::size_t> documents) {
        auto& scored = partly_[merge_weights];
        std::vector<std::size_t>
            missing;  // in the documents' order, so that all of them are scored as the whole set is
        for (const std::size_t document : documents)
            if (!scored.contains(document)) missing.push_back(document);
        std::sort(missing.begin(), missing.end());
        if (missing.empty()) return {};
        merge_evaluation result = (*evaluate_)(merge_weights, std::span<const std::size_t>(missing));
        if (result.losses.size() != missing.size())
            throw work_error("scorer: " + to_string(result.losses.size()) + " losses, but " +
                             to_string(missing.size()) + " documents were asked for");
        search_scores_ += missing.size();
        for (std::size_t i = 0; i < missing.size(); ++i) scored[missing[i]] = result.losses[i];
        keep_whole(merge_weights);
        return result;
    }

    /// A merge whose losses are all known is one like any other.
    void keep_whole(const std::vector<double>& merge_weights) {
        const auto entry = partly_.find(merge_weights);
        if (entry->second.size() < documents_) return;
        std::vector<double> losses;  // (documents)
        for (const auto& [document, loss] : entry->second) losses.push_back(loss);
        search_.emplace(merge_weights, std::move(losses));
        partly_.erase(entry);
    }

    Evaluator* evaluate_;
    std::map<std::vector<double>, std::vector<double>> search_, test_;  // merge weights -> (documents), nats per token
    std::map<std::vector<double>, std::map<std::size_t, double>> partly_;  // merge weights -> search document -> loss
    std::size_t documents_ = 0;                                            // of the search set
    std::size_t search_scores_ = 0, test_scores_ = 0;
};

}  // namespace bouillon
