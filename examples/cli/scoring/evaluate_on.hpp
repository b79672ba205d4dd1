// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge/placed_checkpoints.hpp>
#include <bouillon/merge_search/resident_evaluator.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/score/scoring_memory.hpp>

#include "choices/backend_choice.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

/// Plans the memory, announces the plan, puts the checkpoints where it says and gives what merges and scores them.
/// @tparam Host  the backend for checkpoints that are in host memory while merges are scored elsewhere
template <class Host, class Backend>
evaluate_function evaluate_on(const Backend& backend, evaluation_input input) {
    using scorer = bouillon::document_scorer<bouillon::causal_language_model<Backend>>;
    using placed = bouillon::placed_checkpoints<Backend, Host>;
    using evaluator = bouillon::resident_evaluator<placed, scorer>;
    const auto room = bouillon::room_for(backend);
    auto needs = bouillon::needs_of(input.checkpoints);
    std::size_t elements = 0;
    for (const auto& tensor : input.checkpoints.tensors()) elements += tensor.elements();
    bouillon::document_scorer_options scoring;
    if (room.device) scoring.rows = scoring.device_rows;
    const bouillon::scoring_shape shape{
        .rows = scoring.rows, .lanes = backend.lanes(), .on_device = room.device.has_value()};
    for (const auto* documents : {&input.search, &input.test})
        needs.scoring = std::max(needs.scoring, bouillon::scoring_memory(input.config, elements, *documents, shape));
    const auto plan = bouillon::plan_memory(needs, room);
    if (input.announce) input.announce(plan);
    return as_functions(
        std::make_shared<evaluator>(placed(input.checkpoints, backend, plan.place, input.groups),
                                    scorer(bouillon::causal_language_model<Backend>(input.config, backend), scoring),
                                    std::move(input.search), std::move(input.test)));
}
