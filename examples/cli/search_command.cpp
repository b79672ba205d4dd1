// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/merge_search.hpp>
#include <bouillon/search/journal_file.hpp>
#include <bouillon/search/journal_header.hpp>
#include <bouillon/version.hpp>

#include "commands.hpp"
#include "json_output.hpp"
#include "page_json.hpp"
#include "progress.hpp"
#include "report_file.hpp"
#include "run_options.hpp"
#include "search_arguments.hpp"
#include "search_page.hpp"
#include "search_space.hpp"
#include "search_stages.hpp"
#include "until_signal.hpp"
#include "workbench.hpp"

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

/// What the options come to: a preset's own, the checkpoints of a folder, the space where it is chosen by them.
search_arguments resolved(search_arguments arguments) {
    if (arguments.preset == "paper") {
        arguments.acquisition = "gp-hedge, the paper's";
        arguments.space = "interval";
        arguments.full = true;
    }
    arguments.checkpoints = taken_checkpoints(arguments.checkpoints, arguments.selection);
    if (arguments.space == "auto") arguments.space = arguments.checkpoints.size() == 2 ? "interval" : "simplex";
    check_usage(arguments);
    if (arguments.kernel == "auto") arguments.kernel = default_kernel(make_space(arguments).dimension());
    return arguments;
}

/// Measures the baselines beside what was found. `alike`: what was found for all tensors alike.
bouillon::merge_report compare(workbench& bench, const search_result& result, const bouillon::recommendation& alike) {
    const auto& arguments = bench.arguments;
    auto compared = bouillon::baselines(bench.checkpoints.size(), result.trials, arguments.seed);
    if (arguments.groups.any()) compared.push_back({"found, all tensors alike", {alike.merge_weights}});
    progress_line progress(arguments.budget);
    const auto show = [&](const std::string& name) { progress.show("measuring " + name); };
    const auto& found = result.recommendation.merge_weights;
    auto report = bench.race ? bouillon::make_report(found, compared, bench.measure, *bench.race, bench.gains_on, show)
                             : bouillon::make_report(found, compared, bench.measure, bench.gains_on, show);
    report.warnings = bouillon::warnings_of(report, bench.weight_names().checkpoints, bench.measured.of);
    report.warnings.insert(report.warnings.end(), result.borders.begin(), result.borders.end());
    return report;
}

void write_result(const workbench& bench, const bouillon::merge_report& report) {
    const auto& arguments = bench.arguments;
    const auto weights = report.merge() ? report.found().merge_weights : bench.newest();
    const until_signal signal;
    bouillon::write_merged(bench.checkpoints, weights, arguments.out,
                           {.force = arguments.force,
                            .provenance = {{"bouillon.version", bouillon::version},
                                           {"bouillon.decision", report.merge() ? "merge" : "keep newest"}},
                            .threads = arguments.threads,
                            .groups = bench.groups,
                            .stop = signal.asked()});
}

/// Ends the journal with the result and what a page needs beside it, unless it ends so already: it was resumed when all
/// was done.
void end_journal(const std::filesystem::path& path, nlohmann::ordered_json result, const report_page& page) {
    result["page"] = page_json(page);
    bouillon::journal_file journal(path, bouillon::journal_mode::resume);
    if (const std::string line = bouillon::json_line(result); journal.lines().empty() || journal.lines().back() != line)
        journal.append(line);
}

void print_result(const workbench& bench, const bouillon::merge_report& report, const search_result& result) {
    const auto& arguments = bench.arguments;
    if (result.stopped_by != "budget")
        std::cout << "Stopped by --" << result.stopped_by << " after " << result.trials << " of " << arguments.budget
                  << " trials\n\n";
    std::cout << result_text(report, bench.weight_names(), bench.measured);
    if (!arguments.out.empty())
        std::cout << "Written: " << arguments.out.string()
                  << (report.merge() ? " (the found merge)\n" : " (the newest checkpoint)\n");
}

void run(const search_arguments& arguments) {
    std::optional<report_file> file;
    if (!arguments.report.empty()) file.emplace(arguments.report, arguments.force);
    workbench bench(arguments);
    note_contents(bench.checkpoints);
    if (bench.race)
        bouillon::enter_baselines(*bench.race, bouillon::baselines(bench.checkpoints.size(), 0, 0), bench.measure);
    search_result result = search_alike(bench);
    const bouillon::recommendation alike = result.recommendation;
    if (arguments.groups.any()) result = search_groups(bench, result);
    const auto report = compare(bench, result, alike);
    if (!arguments.out.empty()) write_result(bench, report);
    const auto summary =
        result_json(report, result.recommendation, bench.weight_names(), bench.measured, result.stopped_by);
    if (arguments.has_page()) {
        const auto page = make_page(bench, report, result);
        if (!arguments.journal.empty()) end_journal(arguments.journal, summary, page);
        if (file) file->publish(html_report(page));
    }
    if (arguments.json)
        std::cout << bouillon::json_line(summary) << std::endl;
    else
        print_result(bench, report, result);
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
