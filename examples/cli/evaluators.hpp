// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge/memory_plan.hpp>
#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/score/held_out.hpp>

#include <filesystem>
#include <functional>
#include <set>
#include <string>

/// How a merge is measured, chosen at run time. It is a function so that the rest of the program does not depend on
/// the tensor backend, and is compiled once.
using evaluate_function = std::function<bouillon::merge_evaluation(std::span<const double>, bouillon::document_set)>;

/// Is told where the checkpoints will be, before they are read; may be empty.
using plan_function = std::function<void(const bouillon::memory_plan&)>;

/// Tensor backends; thrust is the build's Thrust system, which is CUDA where the program was built with it.
inline const std::set<std::string> backend_names = {"xtensor", "thrust", "cuda"};

/// The config.json that describes a checkpoint's model: in its directory, or beside its file.
/// Throws input_error when there is none: a model cannot be run without.
std::filesystem::path model_config_path(const bouillon::checkpoint& checkpoint);

/// Keeps the checkpoints where there is memory for them and scores each merge on a backend.
/// `checkpoints` must outlive the result. `threads`: of the xtensor backend, 0 for all.
/// Throws input_error where memory is short or the backend is not built in, work_error where it finds no device.
evaluate_function make_resident_evaluator(const bouillon::checkpoint_set& checkpoints, const std::string& backend,
                                          std::size_t threads, bouillon::held_out_documents search,
                                          bouillon::held_out_documents test, const plan_function& announce = {});
