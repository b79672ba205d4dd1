// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/make_resident.hpp>
#include <bouillon/model/causal_language_model.hpp>
#include <bouillon/model/config.hpp>
#include <bouillon/score/document_scorer.hpp>
#include <bouillon/score/loss_summary.hpp>
#include <bouillon/score/multiple_choice.hpp>
#include <bouillon/tensor/xtensor_backend.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

// Random models with multiple-choice questions, and what EleutherAI's lm-evaluation-harness makes of them
// (tests/model/make_question_fixtures.py).

using namespace bouillon;

namespace {

multiple_choice questions_of(const nlohmann::json& file) {
    std::vector<std::int32_t> tokens;
    std::vector<std::size_t> offsets = {0}, prompts, questions = {0}, correct, lengths;
    for (const auto& question : file["questions"]) {
        for (const auto& answer : question["answers"]) {
            for (const auto* part : {&question["prompt"], &answer})
                for (const auto& token : *part) tokens.push_back(token.get<std::int32_t>());
            offsets.push_back(tokens.size());
            prompts.push_back(question["prompt"].size());
        }
        for (const auto& length : question["lengths"]) lengths.push_back(length.get<std::size_t>());
        questions.push_back(prompts.size());
        correct.push_back(question["correct"].get<std::size_t>());
    }
    held_out_documents choices(tokens, offsets, "questions.json", {.prompt_tokens = prompts});
    return multiple_choice(std::move(choices), questions, correct, lengths);
}

}  // namespace

TEST_CASE("answers have the log-likelihoods and questions the accuracies that lm-evaluation-harness gives them") {
    for (const char* const name : {"llama", "gpt-neox"}) {
        const std::filesystem::path folder = std::filesystem::path(BOUILLON_TEST_DATA "/models") / name;
        const std::vector<std::filesystem::path> paths = {folder};
        const xtensor_backend backend;
        const auto resident = make_resident(open_checkpoints(paths), backend);
        document_scorer score(causal_language_model(read_config(folder / "config.json"), backend));
        const auto file = nlohmann::json::parse(std::ifstream(folder / "questions.json"));
        const auto questions = questions_of(file);
        const auto losses = score(resident.merge(std::vector{1.0}), questions.choices());

        std::size_t choice = 0;
        for (const auto& question : file["questions"])
            for (const double expected : question["log_likelihoods"]) {
                const double found = -losses[choice] * static_cast<double>(questions.choices().targets(choice));
                CHECK(std::abs(found - expected) < 2e-5);
                ++choice;
            }
        CHECK(choice == questions.choices().size());
        CHECK(1 - mean_of(questions.losses(losses, question_loss::accuracy)) ==
              doctest::Approx(file["acc"].get<double>()));
        CHECK(1 - mean_of(questions.losses(losses, question_loss::accuracy_norm)) ==
              doctest::Approx(file["acc_norm"].get<double>()));
    }
}
