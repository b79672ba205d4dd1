// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge/placed_checkpoints.hpp>
#include <bouillon/merge_search/layered_evaluator.hpp>
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
    const auto room = bouillon::room_for(backend);
    using options = bouillon::document_scorer_options;
    const options scoring = room.device ? options::on_device() : options();
    const bouillon::scoring_shape shape{.rows = scoring.rows,
                                        .wave = scoring.wave,
                                        .equal_rows = scoring.equal_rows,
                                        .lanes = backend.lanes(),
                                        .window = input.window,
                                        .on_device = room.device.has_value(),
                                        .precision = input.precision};
    auto needs = bouillon::needs_of(input.checkpoints);
    needs.layer = bouillon::largest_layer(input.checkpoints, input.model.names);
    for (const auto* documents : {&input.search, &input.test})
        needs.scoring = std::max(needs.scoring, bouillon::scoring_memory(input.model, *documents, shape));
    const auto plan = bouillon::plan_memory(needs, room);
    if (input.announce) input.announce(plan);
    scorer score(bouillon::causal_language_model<Backend>(input.model, backend, input.window), scoring);
    // A checkpoint that is read once need not be held.
    const bool read_once = input.checkpoints.size() == 1 && input.search.tokens().size() <= scoring.wave;
    if (plan.place == bouillon::checkpoint_place::layers || read_once)
        return as_functions(std::make_shared<bouillon::layered_evaluator<Backend, scorer>>(
            input.checkpoints, input.groups, backend, std::move(score), std::move(input.search),
            std::move(input.test)));
    return as_functions(std::make_shared<bouillon::resident_evaluator<placed, scorer>>(
        placed(input.checkpoints, backend, plan.place, input.groups), std::move(score), std::move(input.search),
        std::move(input.test)));
}
