// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge_search/evaluator.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// What one measurement of a merge gave.
struct measurement {
    std::vector<double> merge_weights;        ///< (checkpoints), or (groups, checkpoints)
    std::vector<double> search = {};          ///< (scored), nats per token; empty: not measured
    std::vector<std::size_t> documents = {};  ///< (scored), of the search's; empty: all of them
    std::vector<double> test = {};            ///< (test documents), nats per token; empty: not measured
};

/// An evaluator whose answers are kept and told, so that what an earlier run was answered need not be asked again.
///
/// Whoever asks gets the same answers as in that run, in which nothing was known beforehand, and so does the same.
template <merge_evaluator Evaluator>
class recorded_evaluator {
 public:
    /// @param evaluate measures what is not known
    /// @param record is called with each measurement that was made, before its losses are used
    recorded_evaluator(Evaluator evaluate, std::function<void(const measurement&)> record)
        : evaluate_(std::move(evaluate)), record_(std::move(record)) {}

    /// Takes over what an earlier run measured; of several measurements of the same losses the last counts.
    void remember(const measurement& earlier) {
        known& losses = known_[earlier.merge_weights];
        if (!earlier.test.empty()) losses.test = earlier.test;
        if (earlier.documents.empty() && !earlier.search.empty()) losses.search = earlier.search;
        for (std::size_t i = 0; i < earlier.documents.size(); ++i)
            losses.some[earlier.documents[i]] = earlier.search[i];
        if (earlier.documents.empty() && !earlier.search.empty()) search_documents_ = earlier.search.size();
        if (!earlier.test.empty()) test_documents_ = earlier.test.size();
    }

    /// Losses of a merge, measured now or before.
    /// @param merge_weights (checkpoints) or (groups, checkpoints)
    /// @param set which documents
    /// @returns losses (documents)
    /// @throws work_error when it cannot be measured, or has another number of losses than before
    merge_evaluation operator()(std::span<const double> merge_weights, document_set set) {
        const std::vector<double> key(merge_weights.begin(), merge_weights.end());
        const bool search = set == document_set::search;
        if (const auto entry = known_.find(key); entry != known_.end())
            if (const auto& kept = search ? entry->second.search : entry->second.test; !kept.empty()) return {kept};
        merge_evaluation result = evaluate_(merge_weights, set);
        require_count(result.losses, search ? search_documents_ : test_documents_);
        keep(search ? measurement{key, result.losses, {}, result.beside}
                    : measurement{key, result.beside, {}, result.losses});
        return result;
    }

    /// Losses of a merge on some of the search documents, measured now or before.
    /// @param merge_weights (checkpoints) or (groups, checkpoints)
    /// @param documents (scored), which
    /// @returns losses (scored)
    merge_evaluation operator()(std::span<const double> merge_weights,
                                std::span<const std::size_t> documents) requires partial_merge_evaluator<Evaluator> {
        const std::vector<double> key(merge_weights.begin(), merge_weights.end());
        if (std::vector<double> losses = known_of(key, documents); losses.size() == documents.size())
            return {std::move(losses)};
        merge_evaluation result = evaluate_(merge_weights, documents);
        require_count(result.losses, documents.size());
        keep({key, result.losses, {documents.begin(), documents.end()}});
        return result;
    }

    /// Test documents that a merge has losses of; 0 before one is known.
    std::size_t test_documents() const { return test_documents_; }

 private:
    struct known {
        std::vector<double> search = {}, test = {};  // (documents), all; empty: not known
        std::map<std::size_t, double> some = {};     // search document -> loss
    };

    /// Losses of the documents up to the first that is not known.
    std::vector<double> known_of(const std::vector<double>& key, std::span<const std::size_t> documents) const {
        std::vector<double> losses;
        const auto entry = known_.find(key);
        if (entry == known_.end()) return losses;
        const auto& [search, test, some] = entry->second;
        for (const std::size_t document : documents) {
            const auto scored = some.find(document);
            if (search.empty() && scored == some.end()) break;
            losses.push_back(search.empty() ? scored->second : search[document]);
        }
        return losses;
    }

    void keep(const measurement& made) {
        record_(made);
        remember(made);
    }

    static void require_count(const std::vector<double>& losses, std::size_t count) {
        if (count == 0 || losses.size() == count) return;
        throw work_error("scorer: gave " + to_string(losses.size()) + " losses, but " + to_string(count) + " before");
    }

    Evaluator evaluate_;
    std::function<void(const measurement&)> record_;
    std::map<std::vector<double>, known> known_;  // by merge weights
    std::size_t search_documents_ = 0, test_documents_ = 0;
};

}  // namespace bouillon
