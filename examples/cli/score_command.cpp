// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/held_out_file.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/score/loss_summary.hpp>

#include "commands.hpp"
#include "evaluators.hpp"
#include "run_options.hpp"
#include <CLI/Option.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

struct score_arguments {
    std::vector<std::filesystem::path> checkpoints;
    bouillon::run_selection selection;
    std::filesystem::path held_out;
    std::string backend = "xtensor";
    std::size_t threads = 0;
    bool json = false;
};

void print_json(const std::filesystem::path& checkpoint, std::size_t documents, const bouillon::loss_summary& summary) {
    const nlohmann::ordered_json line = {
        {"checkpoint", checkpoint.string()},        {"documents", documents},          {"loss", summary.loss},
        {"standard_error", summary.standard_error},  // not a number becomes null
        {"token_loss", summary.token_loss},         {"perplexity", summary.perplexity}};
    std::cout << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << std::endl;
}

/// The checkpoint's losses (documents).
std::vector<double> losses_of(const std::filesystem::path& path, const score_arguments& arguments,
                              const bouillon::held_out_documents& held_out) {
    const auto checkpoint = bouillon::open_checkpoints(std::span(&path, 1));
    auto evaluate = make_resident_evaluator(checkpoint, arguments.backend, arguments.threads, held_out, {});
    const std::vector<double> whole = {1.0};
    return evaluate(whole, bouillon::document_set::search).losses;
}

void run_score(score_arguments& arguments) {
    arguments.checkpoints = bouillon::select_checkpoints(arguments.checkpoints, arguments.selection);
    const auto held_out = bouillon::read_held_out(arguments.held_out);
    std::size_t width = 10;
    for (const auto& path : arguments.checkpoints) {  // so that the last one's fault does not show after an hour
        const auto opened = bouillon::open_checkpoints(std::span(&path, 1));
        bouillon::read_config(model_config_path(opened.newest()));
        width = std::max(width, path.string().size());
    }
    const int w = static_cast<int>(width);
    bool first = true;
    for (const auto& path : arguments.checkpoints) {
        const auto summary = bouillon::summarize(losses_of(path, arguments, held_out), held_out);
        if (arguments.json) {
            print_json(path, held_out.size(), summary);
            continue;
        }
        if (std::exchange(first, false))
            std::printf("%-*s  %10s  %10s  %10s  %10s\n", w, "checkpoint", "loss", "std error", "token loss",
                        "perplexity");
        std::printf("%-*s  %10.6f  %10.6f  %10.6f  %10.4f\n", w, path.c_str(), summary.loss, summary.standard_error,
                    summary.token_loss, summary.perplexity);
        std::fflush(stdout);
    }
}

}  // namespace

void add_score_command(CLI::App& program) {
    auto arguments = std::make_shared<score_arguments>();
    CLI::App* command = program.add_subcommand("score", "Score checkpoints on held-out documents");
    command
        ->add_option("checkpoints", arguments->checkpoints,
                     "Hugging Face directories or .safetensors files, or a run's folder")
        ->required()
        ->type_name("CHECKPOINT");
    add_run_options(*command, arguments->selection);
    command
        ->add_option("--held-out", arguments->held_out, "Held-out documents: safetensors with tokens, document_offsets")
        ->required()
        ->type_name("FILE");
    command->add_option("--backend", arguments->backend, "Tensor backend")
        ->check(CLI::IsMember(backend_names))
        ->capture_default_str();
    command->add_option("--threads", arguments->threads, "Threads of the xtensor backend; 0 for all")
        ->capture_default_str();
    command->add_flag("--json", arguments->json, "Print one JSON object a checkpoint");
    command->footer(
        "loss: mean over documents of each document's loss, nats per token, with its standard error;\n"
        "token loss: mean over all tokens; perplexity: its exponential.\n"
        "Example:\n  bouillon score run/step-1000 run/step-2000 --held-out held_out.safetensors");
    command->callback([arguments] { run_score(*arguments); });
}
