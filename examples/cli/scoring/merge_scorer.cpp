// SPDX-License-Identifier: Apache-2.0
#include "scoring/merge_scorer.hpp"

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/memory_plan.hpp>
#include <bouillon/merge_search/document_split.hpp>
#include <bouillon/merge_search/group_evaluators.hpp>
#include <bouillon/merge_search/question_evaluator.hpp>
#include <bouillon/model/decoder.hpp>

#include "processes/common_inputs.hpp"
#include "processes/program_processes.hpp"
#include "scoring/held_out_input.hpp"
#include "scoring/model_config.hpp"
#include "scoring/window_length.hpp"

#include <cstdio>
#include <memory>
#include <utility>

namespace {

constexpr double third = 1.0 / 3;  // of the documents, unless the user says another share

/// The search's documents, and those that judge.
struct document_sets {
    held_out_input search, judging;
    std::size_t confirming = 0;  // those that judge, where they are set aside from the search's
};

document_sets read_documents(const search_arguments& arguments) {
    auto search = read_held_out_input(arguments.held_out);
    if (!arguments.test.empty()) return {std::move(search), read_held_out_input(arguments.test)};
    const auto split = bouillon::split_documents(search.size(), arguments.confirm.value_or(third), arguments.seed);
    if (split.confirm.empty()) return {std::move(search), {}};
    return {search.select(split.search), search.select(split.confirm), split.confirm.size()};
}

/// The processes that measure a merge together with this one.
bouillon::any_processes groups_of(const program_processes& processes, std::size_t each) {
    return each == 0 ? processes.all() : bouillon::group_of_processes(processes.all(), each);
}

void announce(const bouillon::memory_plan& plan) { std::fprintf(stderr, "memory: %s\n", describe(plan).c_str()); }

}  // namespace

merge_scorer make_scorer(const search_arguments& arguments, const bouillon::checkpoint_set& checkpoints,
                         const bouillon::tensor_groups& groups, program_processes& processes,
                         const command_context& context) {
    if (arguments.has_command() && processes.several())
        throw bouillon::input_error("a scorer's command is run by one process, but " +
                                    bouillon::to_string(processes.all().size()) + " were started");
    if (arguments.has_command())
        return make_command_scorer(arguments, arguments.confirm.value_or(third), checkpoints, groups, context);
    auto [search, judging, confirming] = read_documents(arguments);
    check_metric(*arguments.metric, search.questions || judging.questions, arguments.held_out);
    const auto model = read_model_config(checkpoints.newest());
    merge_scorer scorer;
    scorer.window = window_length(model, arguments.window);
    note_window(scorer.window, model.context, arguments.window);
    scorer.confirming = confirming;
    scorer.precision = precision_of(*arguments.precision, *arguments.backend, checkpoints);
    note_precision(scorer.precision);
    agree_on_inputs(processes, checkpoints, {arguments.held_out, arguments.test});
    scorer.evaluate = arguments.backend->evaluate({.checkpoints = checkpoints,
                                                   .groups = groups,
                                                   .model = model,
                                                   .window = scorer.window,
                                                   .search = std::move(search.documents),
                                                   .test = std::move(judging.documents),
                                                   .threads = processes.threads(arguments.threads),
                                                   .precision = scorer.precision,
                                                   .announce = announce,
                                                   .world = processes.all(),
                                                   .processes = groups_of(processes, arguments.groups_of)});
    if (!processes.leads()) return scorer;
    if (!search.questions && !judging.questions) return scorer;
    scorer.metric = arguments.metric;
    scorer.wording = arguments.metric->wording;
    auto* const side_by_side = scorer.evaluate.side_by_side;
    scorer.evaluate = as_functions(std::make_shared<bouillon::question_evaluator<evaluate_function>>(
        std::move(scorer.evaluate), std::move(search.questions), std::move(judging.questions), arguments.metric->loss));
    scorer.evaluate.side_by_side = side_by_side;
    return scorer;
}
