// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge/write_merged.hpp>

#include "checkpoints/merge_inputs.hpp"
#include "checkpoints/merge_writer.hpp"
#include "checkpoints/run_checkpoints.hpp"
#include "checkpoints/set_arguments.hpp"
#include "commands/command_options.hpp"
#include "commands/commands.hpp"
#include "processes/common_inputs.hpp"
#include "processes/program_processes.hpp"
#include "until_signal.hpp"
#include "whole_number.hpp"
#include <CLI/Option.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace {

struct merge_arguments {
    merge_inputs inputs;
    std::filesystem::path recipe, out;
    set_arguments set;
    bool optimizer = false;
    bouillon::write_options options;
};

void run_merge(merge_arguments& arguments, program_processes& processes) {
    auto& options = arguments.options;
    options.processes = &processes.all();
    options.threads = processes.threads(options.threads);
    const until_signal signal;
    options.stop = signal.asked();
    if (!arguments.recipe.empty()) {
        processes.agree({});
        write_again(arguments.recipe, arguments.out, options);
        std::printf("%s\n", arguments.out.c_str());
        return;
    }
    const auto resolved = resolve(arguments.inputs);
    const auto state = arguments.optimizer ? bouillon::optimizer_state::keep : bouillon::optimizer_state::leave_out;
    const auto checkpoints = open_run(resolved.checkpoints, arguments.set.options(state));
    note_contents(checkpoints, " (--optimizer merges them too)");
    agree_on_inputs(processes, checkpoints);
    write_merge(checkpoints, resolved.weights, arguments.out, options);
    const auto& inputs = arguments.inputs;
    if (inputs.normalize || !inputs.schedule.empty() || !inputs.selection.takes_all())
        std::fprintf(stderr, "bouillon: merged %s\n", to_text(resolved).c_str());
    if (std::abs(resolved.sum - 1) > 1e-9)
        std::fprintf(stderr,
                     "bouillon: note: the weights sum to %s; they are used as given (--normalize divides them by their "
                     "sum)\n",
                     bouillon::to_string(resolved.sum).c_str());
    std::printf("%s\n", arguments.out.c_str());
}

void add_input_options(CLI::App& command, merge_arguments& arguments) {
    auto* const inputs =
        command
            .add_option("inputs", arguments.inputs.given,
                        "CHECKPOINT:WEIGHT, the newest last; or, with --schedule or for --last, --every and --upto, "
                        "checkpoints or a run's folder. A checkpoint is a directory as transformers or a trainer "
                        "writes it, or a "
                        "file of safetensors or torch.save")
            ->type_name("CHECKPOINT[:WEIGHT]");
    auto* const schedule =
        command
            .add_option("--schedule", arguments.inputs.schedule,
                        "Weights by age: uniform (as when only --last, --every or --upto are given); ema:A, the moving "
                        "average in which the newest weighs A; or those that stand for a decay of the learning rate of "
                        "this shape: minus-sqrt, linear (which is uniform), cosine")
            ->type_name("uniform|ema:A|minus-sqrt|linear|cosine");
    auto* const normalize =
        command.add_flag("--normalize", arguments.inputs.normalize, "Divide the weights by their sum");
    add_run_options(command, arguments.inputs.selection);
    command
        .add_option("--recipe", arguments.recipe,
                    "Merge as before, bit for bit: bouillon-recipe.json, a merged directory or a merged .safetensors "
                    "file. Its checkpoints are looked for from here; any that is not what it was is refused")
        ->type_name("FILE")
        ->excludes(inputs)
        ->excludes(schedule)
        ->excludes(normalize)
        ->excludes("--last")
        ->excludes("--every")
        ->excludes("--upto")
        ->excludes("--skip-unfinished");
}

void add_output_options(CLI::App& command, merge_arguments& arguments) {
    auto* const recipe = command.get_option("--recipe");
    command.add_option("--out", arguments.out, "Directory to write (or a .safetensors file, whatever the inputs are)")
        ->required()
        ->type_name("DIR");
    add_set_options(command, arguments.set);
    for (const char* option : {"--dtype", "--keep-dtype", "--integers", "--strip", "--config"})
        command.get_option(option)->excludes(recipe);
    command
        .add_option("--shard-size", arguments.options.shard_size,
                    "Bytes of tensors in a file of the directory (5GB, 500MB, 4GiB); 0 for one file")
        ->transform(size_in_bytes())
        ->excludes(recipe)
        ->type_name("SIZE")
        ->default_str("5GB");
    command
        .add_flag("--allow-non-finite", arguments.options.allow_non_finite,
                  "Let NaN and infinity in a checkpoint pass into the merge")
        ->excludes(recipe);
    command
        .add_flag("--optimizer", arguments.optimizer,
                  "Merge an optimizer's state too: the tensors optim.* and optimizer.*, which are left out otherwise")
        ->excludes(recipe);
    command
        .add_option("--memory", arguments.options.memory,
                    "Bytes that buffers may take (1GiB), however large the inputs")
        ->transform(size_in_bytes())
        ->type_name("SIZE")
        ->default_str("256MiB");
    command.add_option("--threads", arguments.options.threads, "Threads; 0 for all")
        ->check(whole_number())
        ->capture_default_str();
    command.add_flag("--force", arguments.options.force, "Replace an existing target");
}

}  // namespace

void add_merge_command(CLI::App& program, program_processes& processes) {
    auto arguments = std::make_shared<merge_arguments>();
    CLI::App* command = program.add_subcommand("merge", "Merge checkpoints with given weights and write the result");
    add_input_options(*command, *arguments);
    add_output_options(*command, *arguments);
    command->footer(
        "Weights are used as given unless --normalize is. A weight of exactly 0 leaves its checkpoint out.\n"
        "Examples:\n"
        "  bouillon merge run/step-1000:0.4 run/step-2000:0.6 --out merged\n"
        "  bouillon merge run --last 5 --schedule minus-sqrt --out merged\n"
        "  bouillon merge --recipe merged --out again");
    command->callback([arguments, &processes] {
        if (arguments->recipe.empty() && arguments->inputs.given.empty())
            throw CLI::RequiredError("CHECKPOINT:WEIGHT, a run's folder or --recipe");
        run_merge(*arguments, processes);
    });
}
