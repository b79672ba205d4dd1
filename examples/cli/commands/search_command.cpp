// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_set.hpp>

#include "checkpoints/merge_writer.hpp"
#include "checkpoints/run_checkpoints.hpp"
#include "checkpoints/tensor_division.hpp"
#include "commands/commands.hpp"
#include "commands/search_command_options.hpp"
#include "processes/program_processes.hpp"
#include "report/report_file.hpp"
#include "scoring/merge_scorer.hpp"
#include "search/compared_merges.hpp"
#include "search/merge_problem.hpp"
#include "search/search_outputs.hpp"
#include "search/search_stages.hpp"
#include "until_signal.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

merge_weight_names names_of(const bouillon::checkpoint_set& checkpoints, const bouillon::tensor_groups& groups) {
    merge_weight_names names;
    for (const auto& checkpoint : checkpoints) names.checkpoints.push_back(checkpoint.name());
    for (const auto& group : groups.groups) names.groups.push_back(group.name);
    return names;
}

/// What all processes but the first do of a search: their part of each measurement.
void take_part(const search_arguments& arguments, program_processes& processes) {
    const auto checkpoints = open_run(arguments.checkpoints, arguments.set.options());
    const auto groups = make_groups(arguments.groups, checkpoints);
    measurement_names called;
    make_scorer(arguments, checkpoints, groups, processes, {called, nullptr});
}

/// A search, from its checkpoints to its verdict.
void run(const search_arguments& arguments, program_processes& processes) {
    // Commands and their merges are to be gone before a signal ends the program.
    std::optional<until_signal> signal;
    if (arguments.has_command()) signal.emplace();
    // What cannot be written shows now, not at the end.
    std::optional<report_file> page_file;
    if (!arguments.report.empty()) page_file.emplace(arguments.report, arguments.force);

    std::vector<double> newest(arguments.checkpoints.size());  // merge weights
    newest.back() = 1;
    measurement_journal journal(arguments, newest);
    if (arguments.choose > 0) journal.front_merge(arguments.choose);  // which is told at once where there is none
    const auto checkpoints = open_run(arguments.checkpoints, arguments.set.options());
    const auto groups = make_groups(arguments.groups, checkpoints);
    check_result(checkpoints, groups, arguments);
    measurement_names called;
    auto scorer = make_scorer(arguments, checkpoints, groups, processes, {called, signal ? signal->asked() : nullptr});
    recorded_evaluator evaluate(scorer.evaluate, [&](const auto& made) { journal.write(made); });
    for (const auto& made : journal.earlier()) evaluate.remember(made);
    merge_losses losses(evaluate, scorer.evaluate.side_by_side);
    merge_problem problem{.arguments = arguments,
                          .groups = groups,
                          .losses = losses,
                          .journal = journal,
                          .called = called,
                          .names = names_of(checkpoints, groups),
                          .wording = scorer.wording,
                          .precision = scorer.precision,
                          .metric = scorer.metric,
                          .window = scorer.window,
                          .side_by_side = scorer.evaluate.side_by_side};
    if (arguments.groups.any()) make_group_space(arguments.groups, groups, problem.newest());
    measure_newest(problem, scorer, evaluate);
    note_contents(checkpoints);

    search_result result = search_alike(problem);
    const bouillon::recommendation alike = result.recommendation;
    if (arguments.groups.any()) result = search_groups(problem, result);
    put_out(problem, checkpoints, compared_merges(problem, result, alike), result, page_file);
}

}  // namespace

void add_search_command(CLI::App& program, std::vector<std::string> words, program_processes& processes) {
    auto arguments = std::make_shared<search_arguments>();
    arguments->command = std::move(words);
    CLI::App* command = program.add_subcommand("search", "Search the best merge of checkpoints");
    add_search_options(*command, *arguments);
    command->footer(
        "Examples:\n"
        "  bouillon search run/step-1000 run/step-2000 --held-out search.safetensors --test test.safetensors --out "
        "merged\n"
        "  bouillon search run/step-* --held-out search.safetensors --budget 40 --journal search.jsonl\n"
        "  bouillon search run/step-* --score './evaluate.sh {checkpoint}' --budget 30 --json");
    command->callback([arguments, &processes] {
        const auto resolved_arguments = resolved(std::move(*arguments));
        processes.leads() ? run(resolved_arguments, processes) : take_part(resolved_arguments, processes);
    });
}
