// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// Which documents a merge is measured on: those that the search may learn from, or those that only the verdict sees.
enum class document_set { search, test };

/// What measuring one merge gave, and what it took.
struct merge_evaluation {
    std::vector<double> losses;       ///< (documents), nats per token; a single value from a scorer that tells no more
    double merge_seconds = 0;         ///< of making the merge
    double score_seconds = 0;         ///< of scoring it
    std::vector<double> beside = {};  ///< (documents of the other set), where one measurement tells both; else empty
};

/// Something that merges and measures: what the closed loop needs of the merge and score arms.
template <class Evaluator>
concept merge_evaluator = requires(Evaluator& evaluate, std::span<const double> merge_weights, document_set documents) {
    { evaluate(merge_weights, documents) } -> std::same_as<merge_evaluation>;
};

/// A merge evaluator that can also measure on some of the search documents, which racing needs.
///
/// The losses come in the order in which the documents are named. The merge that was measured last is at hand and costs
/// nothing again.
template <class Evaluator>
concept partial_merge_evaluator = merge_evaluator<Evaluator> &&
    requires(Evaluator& evaluate, std::span<const double> merge_weights, std::span<const std::size_t> documents) {
    { evaluate(merge_weights, documents) } -> std::same_as<merge_evaluation>;
};

namespace detail {

/// Seconds since the last call, or since the start.
class stopwatch {
 public:
    double lap() {
        const auto now = std::chrono::steady_clock::now();
        return std::chrono::duration<double>(now - std::exchange(last_, now)).count();
    }

 private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace detail

}  // namespace bouillon
