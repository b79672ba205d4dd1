// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/memory_plan.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/score/held_out.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>

/// How a merge is measured, chosen at run time. It is made of functions so that the rest of the program does not depend
/// on the tensor backend, and is compiled once.
struct evaluate_function {
    std::function<bouillon::merge_evaluation(std::span<const double>, bouillon::document_set)> all;
    std::function<bouillon::merge_evaluation(std::span<const double>, std::span<const std::size_t>)> some = {};

    bouillon::merge_evaluation operator()(std::span<const double> merge_weights, bouillon::document_set set) {
        return all(merge_weights, set);
    }
    /// Only where `some` is not empty.
    bouillon::merge_evaluation operator()(std::span<const double> merge_weights,
                                          std::span<const std::size_t> documents) {
        return some(merge_weights, documents);
    }
};

/// An evaluator as functions, which share it.
template <class Evaluator>
evaluate_function as_functions(const std::shared_ptr<Evaluator>& shared) {
    evaluate_function result{[shared](std::span<const double> merge_weights, bouillon::document_set set) {
        return (*shared)(merge_weights, set);
    }};
    if constexpr (bouillon::partial_merge_evaluator<Evaluator>)
        result.some = [shared](std::span<const double> merge_weights, std::span<const std::size_t> documents) {
            return (*shared)(merge_weights, documents);
        };
    return result;
}

/// Is told where the checkpoints will be, before they are read; may be empty.
using plan_function = std::function<void(const bouillon::memory_plan&)>;

/// Tensor backends; thrust is the build's Thrust system, which is CUDA where the program was built with it.
inline const std::set<std::string> backend_names = {"xtensor", "thrust", "cuda"};

/// The config.json that describes a checkpoint's model: in its directory, or beside its file.
/// Throws input_error when there is none: a model cannot be run without.
std::filesystem::path model_config_path(const bouillon::checkpoint& checkpoint);

/// Keeps the checkpoints where there is memory for them and scores each merge on a backend.
/// `checkpoints` must outlive the result. `groups`: of tensors that may have merge weights of their own. `threads`: of
/// the xtensor backend, 0 for all.
/// Throws input_error where memory is short or the backend is not built in, work_error where it finds no device.
evaluate_function make_resident_evaluator(const bouillon::checkpoint_set& checkpoints,
                                          const bouillon::tensor_groups& groups, const std::string& backend,
                                          std::size_t threads, bouillon::held_out_documents search,
                                          bouillon::held_out_documents test, const plan_function& announce = {});
