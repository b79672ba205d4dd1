// SPDX-License-Identifier: Apache-2.0
#include "commands/command_options.hpp"

#include <bouillon/checkpoint/folder/numbers_in_name.hpp>
#include <bouillon/core/to_string.hpp>

#include "choices/choice_option.hpp"
#include "whole_number.hpp"
#include <CLI/Option.hpp>

namespace {

/// Makes a number of a step as names tell it: "1000", "900k", "220B".
CLI::Validator step_in_words() {
    return CLI::Validator(
        [](std::string& text) {
            const auto numbers = bouillon::detail::numbers_in(text);
            if (numbers.size() != 1 || !numbers[0].before.empty() || bouillon::detail::pattern_of(text) != "#")
                return "'" + text + "' is no step from 0 on, such as 1000, 900k or 220B";
            text = bouillon::to_string(numbers[0].value);
            return std::string();
        },
        "");
}

}  // namespace

void add_run_options(CLI::App& command, bouillon::run_selection& selection) {
    const char* const group = "Which checkpoints of a run's folder (or of those given), by the steps in their names";
    command.add_option("--upto", selection.upto, "None of a later step")
        ->transform(step_in_words())
        ->type_name("STEP")
        ->group(group);
    command.add_option("--every", selection.every, "Every M-th, counted back from the newest")
        ->check(whole_number(1))
        ->type_name("M")
        ->group(group);
    command.add_option("--last", selection.last, "The newest K of what is left")
        ->check(whole_number(1))
        ->type_name("K")
        ->group(group);
    command
        .add_flag("--skip-unfinished", selection.skip_unfinished,
                  "Leave out checkpoints that are not complete, as a job leaves one that is killed while it saves")
        ->group(group);
}

void add_reading_options(CLI::App& command, set_arguments& arguments) {
    command
        .add_option("--strip", arguments.prefixes,
                    "Take a prefix off the names of tensors that begin with it, e.g. _orig_mod. or module.; may be "
                    "given several times")
        ->allow_extra_args(false)
        ->type_name("PREFIX");
    command
        .add_option("--config", arguments.config,
                    "The model's config.json, where the checkpoints have none; it goes into a merge")
        ->type_name("FILE");
}

void add_set_options(CLI::App& command, set_arguments& arguments) {
    add_reading_options(command, arguments);
    auto* const dtype = add_choice(command, "--dtype", arguments.dtype, dtype_choices(),
                                   "Type of the merged tensors; then checkpoints of F32, BF16 and F16 may be mixed");
    command
        .add_option("--keep-dtype", arguments.kept,
                    "Tensors that keep their type all the same, by a pattern of their names (* and ?); may be given "
                    "several times")
        ->allow_extra_args(false)
        ->needs(dtype)
        ->type_name("PATTERN");
    add_choice(command, "--integers", arguments.integers, integers_choices(),
               "Tensors of integers and bools, which cannot be summed: must be the same in all checkpoints, or are "
               "the newest's");
}

void add_metric_option(CLI::App& command, const metric_choice*& metric) {
    add_choice(command, "--metric", metric, metric_choices(),
               "What a question's loss is: minus the log of the right answer's probability among the choices, its "
               "loss per token, or whether it is not the likeliest (acc_norm: for its length)");
}

void add_backend_options(CLI::App& command, const backend_choice*& backend, const precision_choice*& precision) {
    add_choice(command, "--backend", backend, backend_choices(), "Tensor backend");
    add_choice(command, "--precision", precision, precision_choices(),
               "How a GPU multiplies matrices; auto: bf16 for checkpoints of F16 or BF16, else float32");
}

void add_threads_option(CLI::App& command, std::size_t& threads) {
    command.add_option("--threads", threads, "Threads of the xtensor backend; 0 for all")
        ->check(whole_number())
        ->capture_default_str();
}

void add_window_option(CLI::App& command, std::size_t& window) {
    command
        .add_option("--window", window,
                    "Tokens in which documents are cut, at most the model's context; the context unless given, but no "
                    "more than 4096")
        ->check(CLI::PositiveNumber)
        ->type_name("TOKENS");
}

void add_group_options(CLI::App& command, group_arguments& arguments) {
    const char* const group = "Groups of tensors, whose merge weights are searched after those of all alike";
    command
        .add_option("--groups", arguments.division,
                    "parts: embeddings, attention, mlp, norms, head; depth:N: the layers in N runs")
        ->type_name("parts|depth:N")
        ->group(group);
    command
        .add_option("--group", arguments.own,
                    "A group of tensors by patterns of their names (* and ?), before those of --groups")
        ->type_name("NAME=PATTERN,...")
        ->group(group);
    command
        .add_option("--group-range", arguments.ranges,
                    "How far a group may go from the newest checkpoint (0) to the merge (1) and beyond; else 0..1.5")
        ->type_name("NAME=LOWER..UPPER")
        ->group(group);
    command.add_option("--freeze", arguments.frozen, "Keep a group as the newest checkpoint has it")
        ->type_name("NAME")
        ->group(group);
    command.add_option("--group-budget", arguments.budget, "Trials for the groups; else as many as --budget")
        ->check(whole_number(1))
        ->group(group);
}
