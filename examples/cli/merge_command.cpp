// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/write_merged.hpp>

#include "commands.hpp"
#include <CLI/Option.hpp>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

struct merge_arguments {
    std::vector<std::string> inputs;  // CHECKPOINT:WEIGHT
    std::filesystem::path out;
    std::string dtype = "keep";
    bool force = false;
    std::size_t threads = 0;
};

/// "path:0.25" -> path and weight; the last colon counts, so a path may hold others.
std::pair<std::filesystem::path, double> parse_input(const std::string& text) {
    const auto colon = text.rfind(':');
    double weight = 0;
    if (colon != std::string::npos) {
        const char* const first = text.data() + colon + 1;
        const char* const last = text.data() + text.size();
        const auto [end, problem] = std::from_chars(first, last, weight);
        if (problem == std::errc() && end == last && first != last) return {text.substr(0, colon), weight};
    }
    throw bouillon::input_error("'" + text + "': a checkpoint to merge is written PATH:WEIGHT, e.g. run/step-1000:0.5");
}

void run_merge(const merge_arguments& arguments) {
    std::vector<std::filesystem::path> paths;
    std::vector<double> weights;  // (checkpoints)
    double sum = 0;
    for (const auto& input : arguments.inputs) {
        auto [path, weight] = parse_input(input);
        paths.push_back(std::move(path));
        weights.push_back(weight);
        sum += weight;
    }
    bouillon::write_options options{.force = arguments.force, .threads = arguments.threads};
    if (arguments.dtype == "f32") options.type = bouillon::dtype::f32;
    if (arguments.dtype == "bf16") options.type = bouillon::dtype::bf16;
    if (arguments.dtype == "f16") options.type = bouillon::dtype::f16;
    const auto checkpoints = bouillon::open_checkpoints(paths);
    bouillon::write_merged(checkpoints, weights, arguments.out, options);
    if (std::abs(sum - 1) > 1e-9)
        std::cerr << "bouillon: note: the weights sum to " << sum << "; they are used as given, not normalised\n";
    std::cout << arguments.out.string() << '\n';
}

}  // namespace

void add_merge_command(CLI::App& program) {
    auto arguments = std::make_shared<merge_arguments>();
    CLI::App* command = program.add_subcommand("merge", "Merge checkpoints with given weights and write the result");
    command
        ->add_option("inputs", arguments->inputs,
                     "CHECKPOINT:WEIGHT, the newest last; a Hugging Face directory or a .safetensors file")
        ->required()
        ->type_name("CHECKPOINT:WEIGHT");
    command
        ->add_option("--out", arguments->out, "Directory to write (or a .safetensors file, when the inputs are such)")
        ->required()
        ->type_name("DIR");
    command->add_option("--dtype", arguments->dtype, "Type of the merged tensors")
        ->check(CLI::IsMember({"keep", "f32", "bf16", "f16"}))
        ->capture_default_str();
    command->add_option("--threads", arguments->threads, "Threads; 0 for all")->capture_default_str();
    command->add_flag("--force", arguments->force, "Replace an existing target");
    command->footer(
        "Weights are used as given: nothing is normalised. A weight of exactly 0 leaves its checkpoint out.\n"
        "Example:\n  bouillon merge run/step-1000:0.4 run/step-2000:0.6 --out merged");
    command->callback([arguments] { run_merge(*arguments); });
}
