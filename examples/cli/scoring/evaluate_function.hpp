// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/monitor.hpp>
#include <bouillon/merge_search/evaluator.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

/// How a merge is measured, chosen at run time. It is made of functions so that the rest of the program does not depend
/// on what measures, and is compiled once.
struct evaluate_function {
    std::function<bouillon::merge_evaluation(std::span<const double>, bouillon::document_set)> all;
    std::function<bouillon::merge_evaluation(std::span<const double>, std::span<const std::size_t>)> some = {};
    bouillon::monitor* side_by_side = nullptr;  // of whatever measures several merges at once; lives as long as these

    bouillon::merge_evaluation operator()(std::span<const double> merge_weights, bouillon::document_set set) const {
        return all(merge_weights, set);
    }
    /// Only where `some` is not empty.
    bouillon::merge_evaluation operator()(std::span<const double> merge_weights,
                                          std::span<const std::size_t> documents) const {
        return some(merge_weights, documents);
    }
};

/// An evaluator as functions, which share it.
template <class Evaluator>
evaluate_function as_functions(const std::shared_ptr<Evaluator>& shared) {
    evaluate_function result;
    result.all = [shared](std::span<const double> merge_weights, bouillon::document_set set) {
        return (*shared)(merge_weights, set);
    };
    if constexpr (requires { shared->monitor(); }) result.side_by_side = &shared->monitor();
    if constexpr (bouillon::partial_merge_evaluator<Evaluator>)
        result.some = [shared](std::span<const double> merge_weights, std::span<const std::size_t> documents) {
            return (*shared)(merge_weights, documents);
        };
    return result;
}
