// SPDX-License-Identifier: Apache-2.0
// The bouillon program. Exit status: 0 done; 1 the work failed; 2 bad usage or bad input.
#include <bouillon/core/error.hpp>
#include <bouillon/version.hpp>

#include "commands/commands.hpp"
#include "processes/program_processes.hpp"
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <sys/resource.h>

namespace {

/// What is wrong with a command line; a word that is no subcommand is named.
std::string complaint(const CLI::App& program, const CLI::ParseError& problem) {
    const auto left = program.remaining();
    if (!program.get_subcommands().empty() || left.empty() || left.front().starts_with("-")) return problem.what();
    std::string names;
    for (const auto* const command : program.get_subcommands({})) names += ", " + command->get_name();
    return "there is no subcommand '" + left.front() + "'; there are " + names.substr(2);
}

/// The option that lets through what was refused, where the command that ran has it; text to end a message with.
std::string remedy(const CLI::App& program, const bouillon::input_error& refused) {
    const auto has = [&](const char* option) {
        const auto commands = program.get_subcommands();
        return !commands.empty() && commands.front()->get_option_no_throw(option) != nullptr;
    };
    if (dynamic_cast<const bouillon::output_exists*>(&refused) && has("--force")) return " (--force replaces it)";
    if (dynamic_cast<const bouillon::not_finite*>(&refused) && has("--allow-non-finite"))
        return " (--allow-non-finite lets it pass)";
    if (dynamic_cast<const bouillon::unfinished_checkpoint*>(&refused) && has("--skip-unfinished"))
        return " (--skip-unfinished leaves it out)";
    const auto* const prefixed = dynamic_cast<const bouillon::prefixed_names*>(&refused);
    if (prefixed && has("--strip")) return " (--strip " + prefixed->prefix + " takes it off)";
    if (dynamic_cast<const bouillon::unknown_model*>(&refused) && has("--score"))
        return " (--score COMMAND scores any other)";
    if (dynamic_cast<const bouillon::types_differ*>(&refused) && has("--dtype")) return " (--dtype)";
    if (dynamic_cast<const bouillon::integers_differ*>(&refused) && has("--integers")) return " (--integers newest)";
    return {};
}

/// Lets the program have as many files open as the system allows: a distributed checkpoint is a file for each process
/// of its training, and often the limit that a program begins with is 1024.
void raise_limit_of_open_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Runs the command that the words name.
/// @returns the exit status
int run(int argc, char** argv, program_processes& processes) try {
    processes.set_words({argv + 1, argv + argc});
    CLI::App program("Finds the best way to merge the intermediate checkpoints of a pretraining run.", "bouillon");
    program.set_version_flag("--version", bouillon::version);
    program.require_subcommand(1);
    add_search_command(program, {argv, argv + argc}, processes);
    add_report_command(program, processes);
    add_merge_command(program, processes);
    add_score_command(program, processes);
    add_inspect_command(program, processes);
    program.footer("`bouillon COMMAND --help` shows a command's options, their defaults and examples.");
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        if (problem.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return program.exit(problem);
        return processes.end_with(2, complaint(program, problem) + "\nTry `bouillon --help`.");
    } catch (const bouillon::input_error& refused) {
        return processes.end_with(2, refused.what() + remedy(program, refused));
    }
    if (std::fflush(stdout) != 0 || std::ferror(stdout))
        throw bouillon::work_error("standard output could not be written");
    return 0;
} catch (const bouillon::input_error& problem) {
    return processes.end_with(2, problem.what());
} catch (const std::exception& problem) {
    return processes.end_with(1, problem.what());
}

}  // namespace

int main(int argc, char** argv) try {
    raise_limit_of_open_files();
    program_processes processes;
    return run(argc, argv, processes);
} catch (const std::exception& problem) {
    std::fprintf(stderr, "bouillon: %s\n", problem.what());
    return dynamic_cast<const bouillon::input_error*>(&problem) ? 2 : 1;
}
