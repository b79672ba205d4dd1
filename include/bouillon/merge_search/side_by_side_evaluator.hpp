// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/monitor.hpp>
#include <bouillon/core/slot_pool.hpp>
#include <bouillon/merge_search/evaluator.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// Measures several merges at once, each by an evaluator of its own: one on each device, or by each group of processes.
///
/// They must have the same checkpoints and documents. A merge that one of them has at hand goes to that.
/// @tparam Evaluator may be called from a thread of its own
template <partial_merge_evaluator Evaluator>
class side_by_side_evaluator {
 public:
    /// @param evaluators 1 or more
    explicit side_by_side_evaluator(std::vector<Evaluator> evaluators)
        : monitor_(std::make_unique<bouillon::monitor>(evaluators.size())), slots_(slots_of(std::move(evaluators))) {}

    /// Losses of a merge.
    /// @param merge_weights (checkpoints) or (groups, checkpoints)
    /// @param set on which documents
    merge_evaluation operator()(std::span<const double> merge_weights, document_set set) {
        return measure(merge_weights, set);
    }

    /// Losses on some of the search documents.
    /// @param merge_weights (checkpoints) or (groups, checkpoints)
    /// @param documents (scored), which
    merge_evaluation operator()(std::span<const double> merge_weights, std::span<const std::size_t> documents) {
        return measure(merge_weights, documents);
    }

    /// Whose threads measure side by side.
    bouillon::monitor& monitor() { return *monitor_; }

 private:
    struct slot {
        Evaluator evaluate;
        std::vector<double> merge_weights = {};  // (checkpoints) or (groups, checkpoints), of the merge at hand
    };

    static std::vector<slot> slots_of(std::vector<Evaluator> evaluators) {
        std::vector<slot> slots;
        for (Evaluator& one : evaluators) slots.push_back({std::move(one)});
        return slots;
    }

    template <class Documents>
    merge_evaluation measure(std::span<const double> merge_weights, const Documents& documents) {
        const auto has_merge = [&](const slot& one) { return std::ranges::equal(one.merge_weights, merge_weights); };
        return slots_.use(has_merge, [&](slot& mine) {
            mine.merge_weights.assign(merge_weights.begin(), merge_weights.end());
            return monitor_->wait([&] { return mine.evaluate(merge_weights, documents); });
        });
    }

    std::unique_ptr<bouillon::monitor> monitor_;
    detail::slot_pool<slot> slots_;
};

}  // namespace bouillon
