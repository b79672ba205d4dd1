// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/evaluator.hpp>

#include <filesystem>
#include <functional>
#include <string>

/// How a merge is measured, chosen at run time. It is a function so that the rest of the program does not depend on
/// the tensor backend, and is compiled once.
using evaluate_function = std::function<bouillon::merge_evaluation(std::span<const double>, bouillon::document_set)>;

/// The config.json that describes a checkpoint's model: in its directory, or beside its file.
/// Throws input_error when there is none: a model cannot be run without.
std::filesystem::path model_config_path(const bouillon::checkpoint& checkpoint);

/// Keeps the checkpoints in memory on a backend ("xtensor" or "thrust") and scores each merge there.
/// `threads`: 0 for all.
evaluate_function make_resident_evaluator(const bouillon::checkpoint_set& checkpoints, const std::string& backend,
                                          std::size_t threads, bouillon::held_out_documents search,
                                          bouillon::held_out_documents test);
