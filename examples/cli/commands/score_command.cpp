// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_digest.hpp>
#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/tensor_groups.hpp>
#include <bouillon/model/decoder.hpp>
#include <bouillon/score/loss_summary.hpp>
#include <bouillon/score/multiple_choice.hpp>

#include "checkpoints/run_checkpoints.hpp"
#include "commands/command_options.hpp"
#include "commands/commands.hpp"
#include "processes/program_processes.hpp"
#include "report/json_output.hpp"
#include "scoring/held_out_input.hpp"
#include "scoring/model_config.hpp"
#include "scoring/window_length.hpp"
#include <CLI/Option.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

struct score_arguments {
    std::vector<std::filesystem::path> checkpoints;
    bouillon::run_selection selection;
    set_arguments set;
    std::filesystem::path held_out;
    const metric_choice* metric = &metric_choices().front();
    const backend_choice* backend = &backend_choices().front();
    const precision_choice* precision = &precision_choices().front();
    std::size_t threads = 0, window = 0;
    bool json = false, losses = false;
};

/// One number that is printed: as a field of the JSON object, and in a column of the table where it has a heading.
struct figure {
    const char *field, *heading;
    double value;
    int digits = 6;
};

/// What a checkpoint's losses come to.
struct score_result {
    std::vector<figure> figures;
    std::vector<double> losses;  // (documents or questions)
};

score_result documents_result(std::vector<double> losses, const bouillon::held_out_documents& documents) {
    const auto summary = bouillon::summarize(losses, documents);
    return {{{"loss", "loss", summary.loss},
             {"standard_error", "std error", summary.standard_error},
             {"token_loss", "token loss", summary.token_loss},
             {"perplexity", "perplexity", summary.perplexity, 4},
             {"bits_per_byte", documents.bytes().empty() ? nullptr : "bits/byte", summary.bits_per_byte}},
            std::move(losses)};
}

score_result questions_result(const std::vector<double>& choice_losses, const bouillon::multiple_choice& questions,
                              bouillon::question_loss metric) {
    using bouillon::question_loss;
    const auto losses = [&](question_loss kind) { return questions.losses(choice_losses, kind); };
    const auto right = bouillon::summarize(choice_losses, questions.choices(), questions.right_choices());
    const auto chosen = losses(metric), wrong = losses(question_loss::accuracy);
    score_result result{{{"loss", nullptr, bouillon::mean_of(chosen)},
                         {"standard_error", nullptr, bouillon::standard_error_of_mean(chosen)},
                         {"token_loss", nullptr, right.token_loss},
                         {"perplexity", nullptr, right.perplexity},
                         {"bits_per_byte", nullptr, right.bits_per_byte},
                         {"acc", "acc", 1 - bouillon::mean_of(wrong), 4},
                         {"acc_stderr", "std error", bouillon::standard_error_of_mean(wrong), 4}},
                        chosen};
    if (questions.has_answer_lengths()) {
        const auto wrong_norm = losses(question_loss::accuracy_norm);
        result.figures.push_back({"acc_norm", "acc_norm", 1 - bouillon::mean_of(wrong_norm), 4});
        result.figures.push_back({"acc_norm_stderr", "std error", bouillon::standard_error_of_mean(wrong_norm), 4});
    }
    const auto choice = losses(question_loss::choice);
    result.figures.push_back({"choice_loss", "choice loss", bouillon::mean_of(choice)});
    result.figures.push_back({"choice_loss_stderr", "std error", bouillon::standard_error_of_mean(choice)});
    result.figures.push_back({"answer_loss", "answer loss", right.loss});
    result.figures.push_back({"answer_loss_stderr", "std error", right.standard_error});
    return result;
}

void print_json(const std::filesystem::path& checkpoint, const score_result& result, bool losses) {
    nlohmann::ordered_json line = {{"checkpoint", checkpoint.string()}, {"documents", result.losses.size()}};
    for (const auto& each : result.figures) line[each.field] = each.value;  // not a number becomes null
    if (losses) line["losses"] = result.losses;
    print_line(line);
}

void print_text(const std::filesystem::path& checkpoint, const score_result& result, int width, bool headings) {
    if (headings) {
        std::printf("%-*s", width, "checkpoint");
        for (const auto& each : result.figures)
            if (each.heading) std::printf("  %11s", each.heading);
        std::printf("\n");
    }
    std::printf("%-*s", width, checkpoint.c_str());
    for (const auto& each : result.figures)
        if (each.heading) std::printf("  %11.*f", each.digits, each.value);
    std::printf("\n");
    std::fflush(stdout);
}

/// The checkpoint's losses (documents).
std::vector<double> losses_of(const std::filesystem::path& path, const score_arguments& arguments,
                              const bouillon::held_out_documents& held_out, std::size_t window,
                              bouillon::precision precision, const program_processes& processes) {
    const auto checkpoint = open_run({path}, arguments.set.options());
    const auto model = read_model_config(checkpoint.newest());
    const bouillon::tensor_groups alike;
    auto evaluate = arguments.backend->evaluate({.checkpoints = checkpoint,
                                                 .groups = alike,
                                                 .model = model,
                                                 .window = window,
                                                 .search = held_out,
                                                 .test = {},
                                                 .threads = processes.threads(arguments.threads),
                                                 .precision = precision,
                                                 .world = processes.all(),
                                                 .processes = processes.all()});
    if (!processes.leads()) return {};
    const std::vector<double> whole = {1.0};
    return evaluate(whole, bouillon::document_set::search).losses;
}

/// Before several processes begin to score.
void agree_on(program_processes& processes, const score_arguments& arguments) {
    if (!processes.several()) return;
    std::vector<bouillon::shared_fact> facts = {
        {arguments.held_out.string(), bouillon::file_hash(arguments.held_out).hex()}};
    for (const auto& path : arguments.checkpoints)
        for (const auto& checkpoint : open_run({path}, arguments.set.options()))
            facts.push_back({path.string(), bouillon::checkpoint_digest(checkpoint).hex()});
    processes.agree(std::move(facts));
}

void run_score(score_arguments& arguments, program_processes& processes) {
    arguments.checkpoints = taken_checkpoints(arguments.checkpoints, arguments.selection);
    const auto held_out = read_held_out_set(arguments.held_out);
    check_metric(*arguments.metric, held_out.questions.has_value(), arguments.held_out);
    std::size_t width = 10, window = std::numeric_limits<std::size_t>::max(), context = 0;
    std::optional<bouillon::precision> precision;     // one for all, so that their losses compare
    for (const auto& path : arguments.checkpoints) {  // so that the last one's fault does not show after an hour
        const auto opened = open_run({path}, arguments.set.options());
        note_contents(opened);
        const auto model = read_model_config(opened.newest());
        window = std::min(window, window_length(model, arguments.window));
        context = std::max(context, model.context);
        width = std::max(width, path.string().size());
        const auto own = precision_of(*arguments.precision, *arguments.backend, opened);
        precision = precision.value_or(own) == own ? own : bouillon::precision::float32;
    }
    note_window(window, context, arguments.window);
    note_precision(*precision);
    agree_on(processes, arguments);
    bool first = true;
    for (const auto& path : arguments.checkpoints) {
        auto losses = losses_of(path, arguments, held_out.documents, window, *precision, processes);
        if (!processes.leads()) continue;
        const auto result = held_out.questions ? questions_result(losses, *held_out.questions, arguments.metric->loss)
                                               : documents_result(std::move(losses), held_out.documents);
        if (arguments.json)
            print_json(path, result, arguments.losses);
        else
            print_text(path, result, static_cast<int>(width), std::exchange(first, false));
    }
}

}  // namespace

void add_score_command(CLI::App& program, program_processes& processes) {
    auto arguments = std::make_shared<score_arguments>();
    CLI::App* command = program.add_subcommand("score", "Score checkpoints on held-out documents");
    command->add_option("checkpoints", arguments->checkpoints, "Checkpoints in directories or files, or a run's folder")
        ->required()
        ->type_name("CHECKPOINT");
    add_run_options(*command, arguments->selection);
    add_reading_options(*command, arguments->set);
    command
        ->add_option("--held-out", arguments->held_out,
                     "Held-out documents or multiple-choice questions: safetensors with tokens, document_offsets")
        ->required()
        ->type_name("FILE");
    add_metric_option(*command, arguments->metric);
    add_backend_options(*command, arguments->backend, arguments->precision);
    add_threads_option(*command, arguments->threads);
    add_window_option(*command, arguments->window);
    command->add_flag("--json", arguments->json, "Print one JSON object a checkpoint");
    command->add_flag("--losses", arguments->losses, "With --json: every document's or question's loss, too");
    command->footer(
        "loss: mean over documents of each document's loss, nats per token, with its standard error;\n"
        "token loss: mean over all tokens; perplexity: its exponential; bits/byte: all nats over all bytes.\n"
        "Of questions: acc, acc_norm: share in which the right answer is the likeliest, or so by its length;\n"
        "choice loss: minus the log of its probability among the choices; answer loss: its nats per token.\n"
        "Example:\n  bouillon score run/step-1000 run/step-2000 --held-out held_out.safetensors");
    command->callback([arguments, &processes] { run_score(*arguments, processes); });
}
