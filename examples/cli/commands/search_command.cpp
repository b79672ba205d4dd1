// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge_search/make_report.hpp>
#include <bouillon/merge_search/warnings.hpp>
#include <bouillon/search/journal_file.hpp>
#include <bouillon/search/journal_json.hpp>

#include "checkpoints/merge_writer.hpp"
#include "checkpoints/run_checkpoints.hpp"
#include "checkpoints/tensor_division.hpp"
#include "commands/commands.hpp"
#include "commands/search_command_options.hpp"
#include "progress.hpp"
#include "report/html_report.hpp"
#include "report/json_output.hpp"
#include "report/page_json.hpp"
#include "report/report_file.hpp"
#include "report/report_output.hpp"
#include "report/search_page.hpp"
#include "scoring/merge_scorer.hpp"
#include "search/merge_problem.hpp"
#include "search/search_stages.hpp"
#include <nlohmann/json.hpp>

#include <cstdio>
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

/// Measures the baselines beside what was found.
/// @param alike what was found for all tensors alike
bouillon::merge_report compare(merge_problem& problem, const search_result& result,
                               const bouillon::recommendation& alike) {
    const auto& arguments = problem.arguments;
    auto compared = bouillon::baselines(problem.checkpoints(), result.trials, arguments.seed);
    if (arguments.groups.any()) compared.push_back({"found, all tensors alike", {alike.merge_weights}});
    progress_line progress(arguments.budget);
    const auto show = [&](const std::string& name) { progress.show("measuring " + name); };
    const auto& found = result.recommendation.merge_weights;
    auto report = problem.race
                      ? bouillon::make_report(found, compared, problem.losses, *problem.race, problem.gains_on, show)
                      : bouillon::make_report(found, compared, problem.losses, problem.gains_on, show);
    report.warnings = bouillon::warnings_of(report, problem.names.checkpoints, problem.wording.of);
    report.warnings.insert(report.warnings.end(), result.borders.begin(), result.borders.end());
    return report;
}

/// Ends the journal with the result and what a page needs beside it, unless it ends so already: it was resumed when all
/// was done.
void end_journal(const std::filesystem::path& path, nlohmann::ordered_json result, const report_page& page) {
    result["page"] = page_json(page);
    bouillon::journal_file journal(path, bouillon::journal_mode::resume);
    if (const std::string line = bouillon::json_line(result); journal.lines().empty() || journal.lines().back() != line)
        journal.append(line);
}

void print_result(const merge_problem& problem, const bouillon::merge_report& report, const search_result& result) {
    const auto& arguments = problem.arguments;
    if (result.stopped_by != "budget")
        std::printf("Stopped by --%s after %zu of %zu trials\n\n", result.stopped_by.c_str(), result.trials,
                    arguments.budget);
    std::fputs(result_text(report, problem.names, problem.wording).c_str(), stdout);
    if (!arguments.out.empty())
        std::printf("Written: %s (the %s)\n", arguments.out.c_str(),
                    report.merge() ? "found merge" : "newest checkpoint");
}

/// Puts the result where the user asked for it.
void tell(merge_problem& problem, const bouillon::checkpoint_set& checkpoints, const bouillon::merge_report& report,
          const search_result& result, std::optional<report_file>& page_file) {
    const auto& arguments = problem.arguments;
    const auto line = result_json(report, result.recommendation, problem.names, problem.wording, result.stopped_by);
    if (arguments.has_page()) {
        const auto page = make_page(problem, checkpoints, report, result);
        if (!arguments.journal.empty()) end_journal(arguments.journal, line, page);
        if (page_file) page_file->publish(html_report(page));
    }
    if (arguments.json)
        print_line(line);
    else
        print_result(problem, report, result);
}

/// A search, from its checkpoints to its verdict.
void run(const search_arguments& arguments) {
    std::optional<report_file> page_file;  // what cannot be written shows now, not at the end
    if (!arguments.report.empty()) page_file.emplace(arguments.report, arguments.force);

    const auto checkpoints = open_run(arguments.checkpoints, arguments.set.options());
    const auto groups = make_groups(arguments.groups, checkpoints);
    auto scorer = make_scorer(arguments, checkpoints, groups);
    merge_losses losses(scorer.evaluate);
    merge_problem problem{arguments, groups, losses, names_of(checkpoints, groups), scorer.wording, scorer.metric};
    if (arguments.groups.any()) make_group_space(arguments.groups, groups, problem.newest());
    measure_newest(problem, scorer);
    note_contents(checkpoints);

    search_result result = search_alike(problem);
    const bouillon::recommendation alike = result.recommendation;
    if (arguments.groups.any()) result = search_groups(problem, result);
    const auto report = compare(problem, result, alike);
    if (!arguments.out.empty())
        write_result(report.merge(), report.merge() ? report.found().merge_weights : problem.newest(), checkpoints,
                     groups, arguments);
    tell(problem, checkpoints, report, result, page_file);
}

}  // namespace

void add_search_command(CLI::App& program, std::vector<std::string> words) {
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
    command->callback([arguments] { run(resolved(std::move(*arguments))); });
}
