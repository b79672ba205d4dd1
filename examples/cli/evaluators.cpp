// SPDX-License-Identifier: Apache-2.0
#include "evaluators.hpp"

#include <bouillon/model/config.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include "resident_evaluation.hpp"
#if !defined(BOUILLON_PROGRAM_HAS_CUDA)
#    include <bouillon/tensor/thrust_backend.hpp>
#endif

#include <utility>

std::filesystem::path model_config_path(const bouillon::checkpoint& checkpoint) {
    if (const auto inside = checkpoint.config_path()) return *inside;
    const auto beside = checkpoint.path().parent_path() / "config.json";
    if (!checkpoint.is_directory() && std::filesystem::exists(beside)) return beside;
    throw bouillon::input_error(checkpoint.path().string() +
                                ": has no config.json, without which its model cannot be run");
}

evaluate_function make_resident_evaluator(const bouillon::checkpoint_set& checkpoints,
                                          const bouillon::tensor_groups& groups, const std::string& backend,
                                          std::size_t threads, bouillon::held_out_documents search,
                                          bouillon::held_out_documents test, const plan_function& announce) {
    evaluation_input given{
        checkpoints,       groups,          bouillon::read_config(model_config_path(checkpoints.newest())),
        std::move(search), std::move(test), announce};
    if (backend == "xtensor")
        return evaluate_on<bouillon::xtensor_backend>(bouillon::xtensor_backend({.threads = threads}),
                                                      std::move(given));
#if defined(BOUILLON_PROGRAM_HAS_CUDA)
    return evaluate_on_cuda(std::move(given));
#else
    if (backend == "cuda")
        throw bouillon::input_error("--backend cuda: this bouillon was built without CUDA (./run build cuda has it)");
    return evaluate_on<bouillon::default_thrust_backend>(bouillon::default_thrust_backend{}, std::move(given));
#endif
}
