// SPDX-License-Identifier: Apache-2.0
#include "search_arguments.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/staged_output.hpp>

#include "evaluators.hpp"
#include "held_out_input.hpp"
#include "run_options.hpp"
#include "run_time_choice.hpp"
#include "whole_number.hpp"
#include <CLI/Option.hpp>

#include <string>

namespace {

void add_data_options(CLI::App& command, search_arguments& arguments) {
    command
        .add_option("checkpoints", arguments.checkpoints,
                    "Checkpoints of one run, the newest last: Hugging Face directories or .safetensors files; or its "
                    "folder")
        ->required()
        ->type_name("CHECKPOINT");
    add_run_options(command, arguments.selection);
    command
        .add_option("--held-out", arguments.held_out,
                    "Documents, or multiple-choice questions, that the search learns from: safetensors with tokens, "
                    "document_offsets")
        ->type_name("FILE");
    add_metric_option(command, arguments.metric);
    command.add_option("--test", arguments.test, "Documents that only the verdict sees, for an honest gain")
        ->type_name("FILE");
    command
        .add_option("--confirm", arguments.confirm,
                    "Without --test: the share of the documents, of --held-out or that a --score command prints losses "
                    "of, that the search does not see and the gain is measured on, a third unless given; 0: none, and "
                    "the gain is not honest")
        ->check(CLI::Range(0.0, 0.9))
        ->type_name("SHARE");
    command
        .add_option(
            "--score", arguments.score,
            "Instead of --held-out: a command that prints a merge's loss (lower is better) on its last line, or "
            "each document's as a JSON array or as \"losses\" of an object; {checkpoint} becomes the merge's "
            "path")
        ->type_name("COMMAND");
    command
        .add_option("--score-limit", arguments.score_limit,
                    "Time that a --score command may take, seconds; then its trial failed")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
}

void add_output_options(CLI::App& command, search_arguments& arguments) {
    command
        .add_option("--out", arguments.out,
                    "Write the checkpoint to use: the found merge, or the newest when no gain is significant")
        ->type_name("DIR");
    command.add_option("--report", arguments.report, "Write a page about the search: one HTML file, for any browser")
        ->type_name("FILE");
    command.add_flag("--force", arguments.force, "Replace an existing --out or --report");
    command.add_flag("--json", arguments.json, "Print one JSON object a line instead of the table");
}

void add_space_options(CLI::App& command, search_arguments& arguments) {
    command
        .add_option(
            "--space", arguments.space,
            "Merge weights to search: interval (2 checkpoints, the newer's weight in [alpha, 1]), simplex (any "
            "number, not negative, sum 1), affine (any number, between --lower and --upper, sum 1), schedule (many: "
            "window, spacing, decay shape and a step of up to --step), auto (interval or simplex by their "
            "number)")
        ->check(CLI::IsMember({"auto", "interval", "simplex", "affine", "schedule"}))
        ->capture_default_str();
    command.add_option("--alpha", arguments.alpha, "Smallest weight of the newer checkpoint in the interval")
        ->check(CLI::Range(0.0, 0.999))
        ->capture_default_str();
    command.add_option("--lower", arguments.lower, "Smallest merge weight in the affine space, at most 0")
        ->capture_default_str();
    command.add_option("--upper", arguments.upper, "Largest merge weight in the affine space, at least 1")
        ->capture_default_str();
    command.add_option("--step", arguments.step, "Largest step past a merge in the schedule space, in windows")
        ->check(CLI::Range(1e-6, 10.0))
        ->capture_default_str();
}

void add_method_options(CLI::App& command, search_arguments& arguments) {
    command
        .add_option("--kernel", arguments.kernel,
                    "Covariance of the surrogate; auto: matern52, and matern52+quadratic for more than 8 checkpoints")
        ->check(CLI::IsMember(kernel_names))
        ->capture_default_str();
    command.add_option("--acquisition", arguments.acquisition, "What decides the next trial")
        ->check(CLI::IsMember(acquisition_names))
        ->capture_default_str();
    command
        .add_option("--preset", arguments.preset,
                    "paper: Liu et al. (2025): interval, started at {alpha, 1}, GP-Hedge over EI, PI and UCB")
        ->check(CLI::IsMember({"paper"}));
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
    command.add_option("--backend", arguments.backend, "Tensor backend")
        ->check(CLI::IsMember(backend_names))
        ->capture_default_str();
    command.add_option("--threads", arguments.threads, "Threads of the xtensor backend; 0 for all")
        ->check(whole_number())
        ->capture_default_str();
    command
        .add_option("--journal", arguments.journal, "Write every trial down as it ends, to continue from after a kill")
        ->type_name("FILE");
    command.add_flag("--resume", arguments.resume, "Continue from the journal");
}

void add_stopping_options(CLI::App& command, search_arguments& arguments) {
    command
        .add_option("--deadline", arguments.deadline,
                    "Begin no further trial so long after the start, seconds; the baselines are measured all the same")
        ->check(CLI::PositiveNumber)
        ->type_name("SECONDS");
    command
        .add_option("--target-gain", arguments.target_gain,
                    "Stop when the recommended merge is believed to gain so much over the newest checkpoint")
        ->type_name("LOSS");
    command
        .add_option("--patience", arguments.patience,
                    "Stop when so many trials in a row made the recommended merge no better than noise can")
        ->check(whole_number(1))
        ->type_name("TRIALS");
    command
        .add_option(
            "--stop-regret", arguments.stop_regret,
            "Stop, after 10 trials or more, when no merge is likely to be better than the recommended one by so "
            "much; noise: by the standard error of one trial")
        ->check(CLI::IsMember({"noise"}) | CLI::PositiveNumber)
        ->type_name("LOSS|noise");
}

}  // namespace

void add_search_options(CLI::App& command, search_arguments& arguments) {
    add_data_options(command, arguments);
    add_output_options(command, arguments);
    add_space_options(command, arguments);
    add_method_options(command, arguments);
    add_stopping_options(command, arguments);
    add_group_options(command, arguments.groups);
}

void check_usage(const search_arguments& arguments) {
    const auto refuse = [](const std::string& what) { throw bouillon::input_error(what); };
    if (arguments.groups.any() && arguments.preset == "paper")
        refuse("--preset paper has the same merge weights for all tensors: leave out --groups");
    if (arguments.checkpoints.size() < 2)
        refuse("search takes 2 or more checkpoints, but " + bouillon::to_string(arguments.checkpoints.size()) +
               " is given");
    if (arguments.space == "interval" && arguments.checkpoints.size() != 2)
        refuse("--space interval takes 2 checkpoints, but " + bouillon::to_string(arguments.checkpoints.size()) +
               " are given: use --space simplex");
    if (arguments.space == "affine" && !(arguments.lower <= 0 && 1 <= arguments.upper))
        refuse("--lower " + bouillon::to_string(arguments.lower) + " and --upper " +
               bouillon::to_string(arguments.upper) +
               " must let one checkpoint have all the weight: at most 0, at least 1");
    if (arguments.held_out.empty() == arguments.score.empty())
        refuse("give one of --held-out FILE and --score COMMAND");
    if (!arguments.score.empty() && !arguments.test.empty())
        refuse("--test needs --held-out: of what a --score command measures, --confirm sets a share aside");
    if (arguments.confirm && !arguments.test.empty())
        refuse("--confirm sets documents aside to judge on, which --test is for: give one of them");
    if (arguments.resume && arguments.journal.empty()) refuse("--resume needs --journal FILE");
    if (!arguments.out.empty()) bouillon::require_writable_target(arguments.out, arguments.force);
}
