// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/held_out_file.hpp>
#include <bouillon/score/held_out.hpp>
#include <bouillon/score/multiple_choice.hpp>

#include <CLI/App.hpp>
#include <CLI/Option.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// What a held-out file holds.
struct held_out_input {
    bouillon::held_out_documents documents;              // where there are questions: their choices
    std::optional<bouillon::multiple_choice> questions;  // nothing where there are documents only

    /// Documents or, where there are some, questions: what has a loss each.
    std::size_t size() const { return questions ? questions->size() : documents.size(); }

    /// Some of them, in the order in which they are named.
    held_out_input select(std::span<const std::size_t> chosen) const {
        if (!questions) return {documents.select(chosen), std::nullopt};
        auto some = questions->select(chosen);
        return {some.choices(), std::move(some)};
    }
};

inline held_out_input read_held_out_input(const std::filesystem::path& path) {
    if (auto questions = bouillon::read_questions(path)) return {questions->choices(), std::move(questions)};
    return {bouillon::read_held_out(path), std::nullopt};
}

/// Names of question losses; the last two are those of EleutherAI's lm-evaluation-harness.
inline const std::vector<std::string> metric_names = {"choice-loss", "answer-loss", "acc", "acc_norm"};

inline void add_metric_option(CLI::App& command, std::string& metric) {
    command
        .add_option("--metric", metric,
                    "What a question's loss is: minus the log of the right answer's probability among the choices, its "
                    "loss per token, or whether it is not the likeliest (acc_norm: for its length)")
        ->check(CLI::IsMember(metric_names))
        ->capture_default_str();
}

/// Throws input_error where a metric of questions is asked for, but `held_out` holds documents.
inline void check_metric(const std::string& metric, bool questions, const std::filesystem::path& held_out) {
    if (metric != metric_names.front() && !questions)
        throw bouillon::input_error("--metric " + metric + " is of questions, but " + held_out.string() +
                                    " holds documents");
}

inline bouillon::question_loss question_loss_of(const std::string& metric) {
    if (metric == "answer-loss") return bouillon::question_loss::answer;
    if (metric == "acc") return bouillon::question_loss::accuracy;
    if (metric == "acc_norm") return bouillon::question_loss::accuracy_norm;
    return bouillon::question_loss::choice;
}
