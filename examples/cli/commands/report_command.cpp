// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/error.hpp>

#include "commands/commands.hpp"
#include "processes/program_processes.hpp"
#include "report/html_report.hpp"
#include "report/journal_page.hpp"
#include "report/report_file.hpp"
#include <CLI/Option.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>

namespace {

struct report_arguments {
    std::filesystem::path journal, out;
    bool force = false;
};

/// Where the page goes unless it was said: "search.jsonl" has "search.html" beside it.
std::filesystem::path page_beside(const std::filesystem::path& journal) {
    auto page = journal;
    page.replace_extension(".html");
    return page == journal ? std::filesystem::path(journal.string() + ".html") : page;
}

void run(report_arguments arguments) {
    if (arguments.out.empty()) arguments.out = page_beside(arguments.journal);
    const auto [page, finished] = page_of_journal(arguments.journal);
    std::error_code nothing_there;
    if (std::filesystem::equivalent(arguments.out, arguments.journal, nothing_there))
        throw bouillon::input_error(arguments.out.string() + ": is the journal");
    report_file file(arguments.out, arguments.force);
    file.publish(html_report(page));
    if (!finished)
        std::fprintf(
            stderr,
            "bouillon: %s: has no result, as the search has not ended. The page shows its %zu trials and decides "
            "nothing; `bouillon search --resume` ends it.\n",
            arguments.journal.c_str(), page.trials.size());
    std::printf("Written: %s\n", arguments.out.c_str());
}

}  // namespace

void add_report_command(CLI::App& program, program_processes& processes) {
    auto arguments = std::make_shared<report_arguments>();
    CLI::App* command = program.add_subcommand("report", "Write a page about a search from its journal");
    command->add_option("journal", arguments->journal, "What `bouillon search --journal` wrote, or is writing")
        ->required()
        ->type_name("JOURNAL");
    command
        ->add_option("--out", arguments->out, "The page, one HTML file; else beside the journal, its name with .html")
        ->type_name("FILE.html");
    command->add_flag("--force", arguments->force, "Replace an existing page");
    command->footer(
        "Examples:\n"
        "  bouillon report search.jsonl                   # writes search.html; reads neither checkpoints nor "
        "documents\n"
        "  bouillon report search.jsonl --out page.html --force");
    command->callback([arguments, &processes] {
        if (processes.leads()) run(*arguments);
    });
}
