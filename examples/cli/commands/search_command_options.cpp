// SPDX-License-Identifier: Apache-2.0
#include "commands/search_command_options.hpp"

#include "choices/choice_option.hpp"
#include "commands/command_options.hpp"
#include "whole_number.hpp"
#include <CLI/Option.hpp>

#include <string>

namespace {

/// An option that may be given several times, a word each.
template <class Value>
CLI::Option* add_sets(CLI::App& command, const std::string& option, std::vector<Value>& sets,
                      Value (*parse)(const std::string&), const std::string& help) {
    const auto add = [&sets, parse](const std::string& word) { sets.push_back(parse(word)); };
    return command.add_option_function<std::string>(option, add, help)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->trigger_on_parse();
}

void add_data_options(CLI::App& command, search_arguments& arguments) {
    command
        .add_option("checkpoints", arguments.checkpoints,
                    "Checkpoints of one run in directories or files, the newest last; or its folder")
        ->required()
        ->type_name("CHECKPOINT");
    add_run_options(command, arguments.selection);
    add_sets(command, "--held-out", arguments.held_out, parse_held_out,
             "Documents, or multiple-choice questions, that the search learns from: safetensors with tokens, "
             "document_offsets. Several sets, each with its option, are weighed by :WEIGHT, 1 unless given, and told "
             "apart by their names, else those of the files")
        ->type_name("[NAME=]FILE[:WEIGHT]");
    add_metric_option(command, arguments.metric);
    add_sets(command, "--test", arguments.test, parse_held_out,
             "Documents that only the verdict sees, for an honest gain; as many sets as --held-out, with the same "
             "names")
        ->type_name("[NAME=]FILE");
    add_sets(command, "--weight", arguments.weights, parse_set_weight,
             "Weight of a set, where a command prints losses of several by their names; 1 unless given")
        ->type_name("NAME:WEIGHT");
    add_sets(command, "--guard", arguments.guards, parse_guard,
             "A set on which a merge may not lose more than LOSS, 0 unless given, against the newest checkpoint: the "
             "search keeps to that, and so does the verdict")
        ->type_name("NAME[:LOSS]");
    command
        .add_option("--confirm", arguments.confirm,
                    "Without --test: the share of the documents, of --held-out or that a command prints losses "
                    "of, that the search does not see and the gain is measured on, a third unless given; 0: none, and "
                    "the gain is not honest")
        ->check(CLI::Range(0.0, 0.9))
        ->type_name("SHARE");
    command
        .add_option(
            "--score", arguments.score,
            "Instead of --held-out: a command that prints a merge's loss (lower is better) on its last line, or "
            "each document's as a JSON array or as \"losses\" of an object, those of several sets by their names; "
            "{checkpoint} becomes the merge's path, {slot} its place among --jobs, {trial} its number")
        ->type_name("COMMAND");
    command
        .add_option(
            "--serve", arguments.serve,
            "The same of a command that stays: started once for each of --jobs, it reads a JSON line a merge "
            "({\"trial\": 3, \"checkpoint\": PATH}, \"documents\" where only some are to be scored) and prints a "
            "line of losses; {slot} becomes its place")
        ->type_name("COMMAND");
    command
        .add_option("--score-limit", arguments.score_limit,
                    "Time that a --score command, or an answer of a --serve command, may take, seconds; then its trial "
                    "failed")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command
        .add_option("--retries", arguments.retries,
                    "Times that a command which failed is run again before its trial, or its line of the table, is "
                    "given up")
        ->check(whole_number())
        ->capture_default_str();
}

/// How merges are measured side by side.
void add_job_options(CLI::App& command, search_arguments& arguments) {
    command
        .add_option(
            "--jobs", arguments.jobs,
            "Merges that are written and measured by --score or --serve commands at once, each in a slot of its "
            "own")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    command
        .add_option("--groups-of", arguments.groups_of,
                    "Under mpirun: measure merges at once, each by so many processes; without it each by all of them")
        ->check(whole_number(1))
        ->type_name("PROCESSES");
    command
        .add_option("--logs", arguments.logs,
                    "Write what commands say there: a file a merge, or of --serve a file a slot")
        ->type_name("DIR");
    command
        .add_option("--scratch", arguments.scratch,
                    "Where merges are written for commands, one a job at most: /dev/shm for none on disk")
        ->check(CLI::ExistingDirectory)
        ->type_name("DIR");
}

void add_output_options(CLI::App& command, search_arguments& arguments) {
    command
        .add_option("--out", arguments.out,
                    "Write the checkpoint to use: the found merge, or the newest when no gain is significant")
        ->type_name("DIR");
    command.add_option("--report", arguments.report, "Write a page about the search: one HTML file, for any browser")
        ->type_name("FILE");
    command
        .add_option("--choose", arguments.choose,
                    "With --resume, of a search of several held-out sets that has ended: what --out writes, by its "
                    "number on the front, instead of what the verdict says")
        ->check(whole_number(1))
        ->type_name("NUMBER");
    command.add_flag("--force", arguments.force, "Replace an existing --out or --report");
    command.add_flag("--allow-non-finite", arguments.allow_non_finite,
                     "Let NaN and infinity in a checkpoint pass into merges that are written");
    command.add_flag("--json", arguments.json, "Print one JSON object a line instead of the table");
}

void add_space_options(CLI::App& command, search_arguments& arguments) {
    std::string spaces;
    for (const auto& choice : space_choices())
        spaces += (spaces.empty() ? "" : ", ") + std::string(choice.name) + " (" + std::string(choice.help) + ")";
    add_choice(command, "--space", arguments.space, space_choices(), "Merge weights to search: " + spaces);
    command.add_option("--alpha", arguments.bounds.alpha, "Smallest weight of the newer checkpoint in the interval")
        ->check(CLI::Range(0.0, 0.999))
        ->capture_default_str();
    command.add_option("--lower", arguments.bounds.lower, "Smallest merge weight in the affine space, at most 0")
        ->capture_default_str();
    command.add_option("--upper", arguments.bounds.upper, "Largest merge weight in the affine space, at least 1")
        ->capture_default_str();
    command.add_option("--step", arguments.bounds.step, "Largest step past a merge in the schedule space, in windows")
        ->check(CLI::Range(1e-6, 10.0))
        ->capture_default_str();
}

void add_method_options(CLI::App& command, search_arguments& arguments) {
    add_choice(command, "--kernel", arguments.kernel, kernel_choices(),
               "Covariance of the surrogate; auto: matern52, and matern52+quadratic for more than 8 dimensions");
    add_choice(command, "--acquisition", arguments.acquisition, acquisition_choices(),
               "What decides the next trial; auto: " + std::string(default_acquisition().name));
    add_choice(command, "--preset", arguments.preset, preset_choices(),
               "paper: Liu et al. (2025): interval, started at {alpha, 1}, GP-Hedge over EI, PI and UCB");
    command
        .add_option("--budget", arguments.budget, "Trials; the equal-budget baseline takes as many measurements again")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    command.add_flag("--full", arguments.full,
                     "Score every trial on all search documents; without it a trial stops at as many as it takes to "
                     "compare it with the best one");
    command.add_option("--seed", arguments.seed, "Seed of everything random")
        ->check(whole_number())
        ->capture_default_str();
    arguments.backend = &backend_choices().front();
    add_backend_options(command, arguments.backend, arguments.precision);
    add_threads_option(command, arguments.threads);
    add_window_option(command, arguments.window);
    command
        .add_option("--journal", arguments.journal, "Write every trial down as it ends, to continue from after a kill")
        ->type_name("FILE");
    command.add_flag("--resume", arguments.resume, "Continue from the journal; --budget may have grown");
}

constexpr const char* noise = "noise";  // a regret of no more than that

void add_stopping_options(CLI::App& command, search_arguments& arguments) {
    command
        .add_option("--deadline", arguments.stopping.deadline,
                    "Begin no further trial so long after the start, seconds; the baselines are measured all the same")
        ->check(CLI::PositiveNumber)
        ->type_name("SECONDS");
    command
        .add_option("--target-gain", arguments.stopping.target_gain,
                    "Stop when the recommended merge is believed to gain so much over the newest checkpoint")
        ->type_name("LOSS");
    command
        .add_option("--patience", arguments.stopping.patience,
                    "Stop when so many trials in a row made the recommended merge no better than noise can")
        ->check(whole_number(1))
        ->type_name("TRIALS");
    const auto stop_by_regret = [&stopping = arguments.stopping](const std::string& text) {
        stopping.regret = true;
        if (text != noise) stopping.least_regret = std::stod(text);
    };
    command
        .add_option_function<std::string>(
            "--stop-regret", stop_by_regret,
            "Stop, after 10 trials or more, when no merge is likely to be better than the recommended one by so "
            "much; noise: by the standard error of one trial")
        ->check(CLI::IsMember({noise}) | CLI::PositiveNumber)
        ->type_name("LOSS|noise");
}

}  // namespace

void add_search_options(CLI::App& command, search_arguments& arguments) {
    add_data_options(command, arguments);
    add_job_options(command, arguments);
    add_output_options(command, arguments);
    add_space_options(command, arguments);
    add_method_options(command, arguments);
    add_stopping_options(command, arguments);
    add_group_options(command, arguments.groups);
    add_set_options(command, arguments.set);
}
