// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge/divided_checkpoints.hpp>
#include <bouillon/merge/placed_checkpoints.hpp>
#include <bouillon/merge_search/group_evaluators.hpp>
#include <bouillon/merge_search/layered_evaluator.hpp>
#include <bouillon/merge_search/resident_evaluator.hpp>
#include <bouillon/merge_search/side_by_side_evaluator.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/score/scoring_memory.hpp>

#include "choices/backend_choice.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

/// What measures by all processes, a merge in each group of them: the first one's function; the others do their part,
/// and get none.
/// @param group of this process
template <class Evaluator>
evaluate_function evaluate_together(const bouillon::any_processes& world, const bouillon::any_processes& group,
                                    Evaluator evaluator) {
    if (world.size() == 1) return as_functions(std::make_shared<Evaluator>(std::move(evaluator)));
    auto evaluators = bouillon::evaluators_of_groups(world, group, std::move(evaluator));
    if (world.rank() != 0) return {};
    using side_by_side = bouillon::side_by_side_evaluator<typename decltype(evaluators)::value_type>;
    return as_functions(std::make_shared<side_by_side>(std::move(evaluators)));
}

/// Plans the memory, announces the plan, puts the checkpoints where it says and gives what merges and scores them.
/// @tparam Host  the backend for checkpoints that are in host memory while merges are scored elsewhere
template <class Host, class Backend>
evaluate_function evaluate_on(const Backend& backend, evaluation_input input) {
    using scorer = bouillon::document_scorer<bouillon::causal_language_model<Backend>>;
    using divided = bouillon::divided_checkpoints<bouillon::any_processes, Backend, Host>;
    using placed = bouillon::placed_checkpoints<Backend, Host>;
    const auto& processes = input.processes;
    const auto room = bouillon::room_for(backend, input.world.local_size());
    using options = bouillon::document_scorer_options;
    const options scoring = room.device ? options::on_device() : options();
    const bouillon::scoring_shape shape{.rows = scoring.rows,
                                        .wave = scoring.wave,
                                        .equal_rows = scoring.equal_rows,
                                        .lanes = backend.lanes(),
                                        .window = input.window,
                                        .on_device = room.device.has_value(),
                                        .precision = input.precision};
    auto needs = bouillon::needs_of(input.checkpoints, processes.size());
    needs.layer = bouillon::largest_layer(input.checkpoints, input.model.names);
    for (const auto* documents : {&input.search, &input.test})
        needs.scoring = std::max(needs.scoring, bouillon::scoring_memory(input.model, *documents, shape));
    auto plan = bouillon::plan_memory(needs, room);
    plan.place = bouillon::agreed_place(processes, plan.place);
    if (input.announce) input.announce(plan);
    scorer score(bouillon::causal_language_model<Backend>(input.model, backend, input.window), scoring);
    // A checkpoint that is read once need not be held.
    const bool read_once = input.checkpoints.size() == 1 && input.search.tokens().size() <= scoring.wave;
    if (plan.place == bouillon::checkpoint_place::layers || read_once)
        return evaluate_together(
            input.world, processes,
            bouillon::layered_evaluator<Backend, scorer>(input.checkpoints, input.groups, backend, std::move(score),
                                                         std::move(input.search), std::move(input.test)));
    if (processes.size() > 1)  // else it has all that there is
        return evaluate_together(input.world, processes,
                                 bouillon::resident_evaluator<divided, scorer>(
                                     divided(processes, input.checkpoints, backend, plan.place, input.groups),
                                     std::move(score), std::move(input.search), std::move(input.test)));
    return evaluate_together(
        input.world, processes,
        bouillon::resident_evaluator<placed, scorer>(placed(input.checkpoints, backend, plan.place, input.groups),
                                                     std::move(score), std::move(input.search), std::move(input.test)));
}
