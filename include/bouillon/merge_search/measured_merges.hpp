// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/monitor.hpp>
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
/// the others only. With a monitor it is one for steps of that: whoever waits for a measurement lets others ask.
template <merge_evaluator Evaluator>
class measured_merges {
 public:
    /// @param evaluate must outlive this
    /// @param side_by_side whose threads the evaluator measures in at once; null: one merge is measured after another
    explicit measured_merges(Evaluator& evaluate, monitor* side_by_side = nullptr)
        : evaluate_(&evaluate), side_by_side_(side_by_side) {}

    /// Merges that are measured at once.
    std::size_t threads() const { return side_by_side_ ? side_by_side_->threads() : 1; }

    /// Calls a function with each merge, side by side; one that cannot be measured is passed over.
    /// @param candidates (candidates, checkpoints)
    /// @param function called as function(merge_weights)
    template <class Function>
    void for_each(const std::vector<std::vector<double>>& candidates, const Function& function) {
        std::size_t next = 0;
        const auto step = [&] {
            if (next == candidates.size()) return false;
            const auto& merge_weights = candidates[next++];
            try {
                function(merge_weights);
            } catch (const work_error&) {
                return true;  // whoever needs it will ask for it
            }
            return true;
        };
        if (side_by_side_) return side_by_side_->run(step);
        while (step()) {
        }
    }

    /// Measures merges that will be asked for, where several can be measured at once.
    /// @param candidates (candidates, checkpoints), of which some may be the same
    /// @param documents which
    void prepare(std::vector<std::vector<double>> candidates, document_set documents) {
        if (threads() < 2) return;
        std::ranges::sort(candidates);
        candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
        for_each(candidates, [&](const auto& merge_weights) {
            try {
                (*this)(merge_weights, documents);
            } catch (const work_error& failure) {
                failed_.insert_or_assign({merge_weights, documents}, failure.what());
            }
        });
    }

    /// Losses of a merge, measured now or before, and seconds spent just now.
    /// @param merge_weights (checkpoints), newest last
    /// @param documents which
    /// @returns losses (documents)
    /// @throws work_error when it cannot be measured
    merge_evaluation operator()(const std::vector<double>& merge_weights, document_set documents) {
        auto& kept = documents == document_set::search ? search_ : test_;
        if (const auto entry = kept.find(merge_weights); entry != kept.end()) return {entry->second, 0, 0};
        tell_failure(merge_weights, documents);
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
    /// Throws what `prepare` met with a merge, once.
    void tell_failure(const std::vector<double>& merge_weights, document_set documents) {
        if (const auto failure = failed_.extract({merge_weights, documents})) throw work_error(failure.mapped());
    }

    /// Scores what is not known of some documents.
    merge_evaluation complete(const std::vector<double>& merge_weights, std::span<const std::size_t> documents) {
        // In the documents' order, so that all of them are scored as the whole set is.
        std::vector<std::size_t> missing;
        for (const std::size_t document : documents)
            if (!partly_[merge_weights].contains(document)) missing.push_back(document);
        std::sort(missing.begin(), missing.end());
        if (missing.empty()) return {};
        merge_evaluation result = (*evaluate_)(merge_weights, std::span<const std::size_t>(missing));
        if (result.losses.size() != missing.size())
            throw work_error("scorer: " + to_string(result.losses.size()) + " losses, but " +
                             to_string(missing.size()) + " documents were asked for");
        search_scores_ += missing.size();
        remember(merge_weights, missing, result.losses);
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
    monitor* side_by_side_;
    std::map<std::pair<std::vector<double>, document_set>, std::string> failed_;  // why, where nobody was told yet
    std::map<std::vector<double>, std::vector<double>> search_, test_;  // merge weights -> (documents), nats per token
    std::map<std::vector<double>, std::map<std::size_t, double>> partly_;  // merge weights -> search document -> loss
    std::size_t documents_ = 0;                                            // of the search set
    std::size_t search_scores_ = 0, test_scores_ = 0;
};

}  // namespace bouillon
