// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge/placed_checkpoints.hpp>
#include <bouillon/merge_search/resident_evaluator.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/score/scoring_memory.hpp>

#include "evaluators.hpp"

#include <memory>
#include <utility>

/// What a search or a score runs on, whatever the backend.
struct evaluation_input {
    const bouillon::checkpoint_set& checkpoints;
    const bouillon::tensor_groups& groups;
    bouillon::language_model_config config;
    bouillon::held_out_documents search, test;
    const plan_function& announce;
};

/// Plans the memory, announces the plan, puts the checkpoints where it says and gives what merges and scores them.
/// `Host`: the backend for checkpoints that are in host memory while merges are scored elsewhere.
template <class Host, class Backend>
evaluate_function evaluate_on(const Backend& backend, evaluation_input given) {
    using scorer = bouillon::document_scorer<bouillon::causal_language_model<Backend>>;
    using placed = bouillon::placed_checkpoints<Backend, Host>;
    using evaluator = bouillon::resident_evaluator<placed, scorer>;
    const auto room = bouillon::room_for(backend);
    auto needs = bouillon::needs_of(given.checkpoints);
    std::size_t elements = 0;
    for (const auto& tensor : given.checkpoints.tensors()) elements += tensor.elements();
    bouillon::document_scorer_options scoring;
    if (room.device) scoring.rows = scoring.device_rows;
    const bouillon::scoring_shape shape{
        .rows = scoring.rows, .lanes = backend.lanes(), .on_device = room.device.has_value()};
    for (const auto* documents : {&given.search, &given.test})
        needs.scoring = std::max(needs.scoring, bouillon::scoring_memory(given.config, elements, *documents, shape));
    const auto plan = bouillon::plan_memory(needs, room);
    if (given.announce) given.announce(plan);
    return as_functions(
        std::make_shared<evaluator>(placed(given.checkpoints, backend, plan.place, given.groups),
                                    scorer(bouillon::causal_language_model<Backend>(given.config, backend), scoring),
                                    std::move(given.search), std::move(given.test)));
}

/// On the current CUDA device (evaluate_on_cuda.cu).
/// Throws work_error where there is none.
evaluate_function evaluate_on_cuda(evaluation_input given);
