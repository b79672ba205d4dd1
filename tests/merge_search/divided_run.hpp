// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge/divided_checkpoints.hpp>
#include <bouillon/merge/make_resident.hpp>
#include <bouillon/merge_search/held_out_file.hpp>
#include <bouillon/merge_search/layered_evaluator.hpp>
#include <bouillon/merge_search/resident_evaluator.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <process/thread_processes.hpp>

#include <filesystem>
#include <numeric>
#include <vector>

/// The last two checkpoints of the example, a few documents, and what measures merges of them.
struct divided_run {
    using scorer = bouillon::document_scorer<bouillon::causal_language_model<bouillon::xtensor_backend>>;
    using shares = bouillon::divided_checkpoints<thread_processes, bouillon::xtensor_backend>;
    using whole_evaluator =
        bouillon::resident_evaluator<bouillon::resident_checkpoints<bouillon::xtensor_backend>, scorer>;
    using share_evaluator = bouillon::resident_evaluator<shares, scorer>;

    std::filesystem::path folder = BOUILLON_EXAMPLE_DATA;
    bouillon::checkpoint_set checkpoints =
        bouillon::open_checkpoints(std::vector{folder / "step-02280", folder / "step-02400"});
    bouillon::tensor_groups alike = {};
    bouillon::held_out_documents search = some("search.safetensors", 9), test = some("test.safetensors", 4);

    scorer make_scorer() const {
        const auto config = bouillon::read_config(*checkpoints.newest().config_path());
        return scorer(bouillon::causal_language_model(config, bouillon::xtensor_backend({.threads = 1})));
    }
    whole_evaluator alone() const {
        return {make_resident(checkpoints, bouillon::xtensor_backend{}), make_scorer(), search, test};
    }
    share_evaluator share(const thread_processes& group) const {
        return {shares(group, checkpoints, bouillon::xtensor_backend{}, bouillon::checkpoint_place::host, alike),
                make_scorer(), search, test};
    }

 private:
    bouillon::held_out_documents some(const char* name, std::size_t documents) const {
        std::vector<std::size_t> first(documents);
        std::iota(first.begin(), first.end(), std::size_t{0});
        return bouillon::read_held_out(folder / name).select(first);
    }
};
