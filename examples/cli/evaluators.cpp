// SPDX-License-Identifier: Apache-2.0
#include "evaluators.hpp"

#include <bouillon/merge/resident.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/tensor/thrust_backend.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <memory>
#include <utility>

namespace {

template <class Backend>
evaluate_function make(const bouillon::checkpoint_set& checkpoints, const Backend& backend,
                       const bouillon::language_model_config& config, bouillon::held_out_documents search,
                       bouillon::held_out_documents test) {
    using scorer = bouillon::document_scorer<bouillon::causal_language_model<Backend>>;
    using evaluator = bouillon::resident_evaluator<Backend, scorer>;
    auto shared = std::make_shared<evaluator>(bouillon::make_resident(checkpoints, backend),
                                              scorer(bouillon::causal_language_model<Backend>(config, backend)),
                                              std::move(search), std::move(test));
    return [shared](std::span<const double> weights, bouillon::document_set set) { return (*shared)(weights, set); };
}

}  // namespace

std::filesystem::path model_config_path(const bouillon::checkpoint& checkpoint) {
    if (const auto inside = checkpoint.config_path()) return *inside;
    const auto beside = checkpoint.path().parent_path() / "config.json";
    if (!checkpoint.is_directory() && std::filesystem::exists(beside)) return beside;
    throw bouillon::input_error(checkpoint.path().string() +
                                ": has no config.json, without which its model cannot be run");
}

evaluate_function make_resident_evaluator(const bouillon::checkpoint_set& checkpoints, const std::string& backend,
                                          std::size_t threads, bouillon::held_out_documents search,
                                          bouillon::held_out_documents test) {
    const auto config = bouillon::read_config(model_config_path(checkpoints.newest()));
    if (backend == "thrust")
        return make(checkpoints, bouillon::default_thrust_backend{}, config, std::move(search), std::move(test));
    return make(checkpoints, bouillon::xtensor_backend({.threads = threads}), config, std::move(search),
                std::move(test));
}
