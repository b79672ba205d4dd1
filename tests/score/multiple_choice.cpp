// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/multiple_choice.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;

namespace {

/// Five choices of 3 prompt tokens, whose answers have 1, 2, 4, 1 and 1 tokens: a question of three and one of two.
multiple_choice two_questions(std::vector<std::size_t> lengths = {4, 8, 20, 3, 2}) {
    const held_out_documents choices(std::vector<std::int32_t>(24, 1), {0, 4, 9, 16, 20, 24}, "arc.safetensors",
                                     {.prompt_tokens = std::vector<std::size_t>(5, 3)});
    return multiple_choice(choices, {0, 3, 5}, {1, 0}, std::move(lengths));
}

// Log-likelihoods -2, -3, -6 and -1.5, -0.5; over lengths -0.5, -0.375, -0.3 and -0.5, -0.25.
const std::vector<double> losses = {2.0, 1.5, 1.5, 1.5, 0.5};

}  // namespace

TEST_CASE("a question is right where the likeliest choice is, with and without length normalisation") {
    const auto questions = two_questions();
    REQUIRE(questions.size() == 2);
    CHECK(questions.right_choices() == std::vector<std::size_t>{1, 3});
    CHECK(questions.losses(losses, question_loss::accuracy) == std::vector{1.0, 1.0});
    CHECK(questions.losses(losses, question_loss::accuracy_norm) == std::vector{1.0, 1.0});
    auto better = losses;
    better[1] = 0.9;  // -1.8, the largest; over 8 characters -0.225, the largest too
    CHECK(questions.losses(better, question_loss::accuracy) == std::vector{0.0, 1.0});
    CHECK(questions.losses(better, question_loss::accuracy_norm) == std::vector{0.0, 1.0});
    better[1] = 1.1;  // -2.2, not the largest; over 8 characters -0.275, the largest
    CHECK(questions.losses(better, question_loss::accuracy) == std::vector{1.0, 1.0});
    CHECK(questions.losses(better, question_loss::accuracy_norm) == std::vector{0.0, 1.0});
}

TEST_CASE("of equals the first is the likeliest") {
    const std::vector<double> equal = {2.0, 1.0, 2.0, 0.5, 0.5};
    CHECK(two_questions().losses(equal, question_loss::accuracy) == std::vector{1.0, 0.0});
}

TEST_CASE("the choice loss is minus the log of the right answer's probability among the choices") {
    const auto values = two_questions().losses(losses, question_loss::choice);
    CHECK(values[0] == doctest::Approx(-std::log(std::exp(-3.0) / (std::exp(-2.0) + std::exp(-3.0) + std::exp(-6.0)))));
    CHECK(values[1] == doctest::Approx(-std::log(std::exp(-1.5) / (std::exp(-1.5) + std::exp(-0.5)))));
    const std::vector<double> far = {1e4, 1e4, 1e4, 1e4, 0};  // likelihoods beyond the range of exp
    CHECK(two_questions().losses(far, question_loss::choice) == std::vector{1e4, 1e4});
}

TEST_CASE("the answer loss is the right answer's, per token") {
    CHECK(two_questions().losses(losses, question_loss::answer) == std::vector{1.5, 1.5});
}

TEST_CASE("some of the questions have the losses that they have among all") {
    const auto questions = two_questions();
    const std::vector<std::size_t> second_first = {1, 0};
    CHECK(questions.choices_of(second_first) == std::vector<std::size_t>{3, 4, 0, 1, 2});
    std::vector<double> selected;  // (choices)
    for (const std::size_t c : questions.choices_of(second_first)) selected.push_back(losses[c]);
    for (const auto kind : {question_loss::choice, question_loss::answer, question_loss::accuracy_norm}) {
        const auto all = questions.losses(losses, kind);
        CHECK(questions.select(second_first).losses(selected, kind) == std::vector{all[1], all[0]});
    }
}

TEST_CASE("without lengths there is no normalised accuracy") {
    const auto questions = two_questions({});
    CHECK_FALSE(questions.has_answer_lengths());
    CHECK(questions.losses(losses, question_loss::accuracy).size() == 2);
    CHECK_THROWS_WITH_AS(questions.losses(losses, question_loss::accuracy_norm),
                         "arc.safetensors: acc_norm needs 'answer_lengths', which the file does not have", input_error);
}

TEST_CASE("questions that do not fit their choices are refused with both values") {
    const auto refused = [](std::vector<std::size_t> offsets, std::vector<std::size_t> correct,
                            std::vector<std::size_t> lengths, const char* message) {
        const held_out_documents choices({1, 1, 1, 1, 1, 1, 1, 1}, {0, 2, 4, 6, 8}, "f");
        CHECK_THROWS_WITH_AS(multiple_choice(choices, std::move(offsets), std::move(correct), std::move(lengths)),
                             message, input_error);
    };
    refused({0, 2, 5}, {0, 0}, {}, "f: 'question_offsets' ends at 5, but the choices are 4");
    refused({0, 3, 4}, {0, 0}, {}, "f: question 1 runs from choice 3 to 4; a question has at least 2 choices");
    refused({0, 2, 4}, {0}, {}, "f: 'correct' has 1 values, but there are 2 questions");
    refused({0, 2, 4}, {0, 2}, {}, "f: 'correct' holds 2 at 1, but the question has 2 choices");
    refused({0, 2, 4}, {0, 1}, {3}, "f: 'answer_lengths' has 1 values, but there are 4 choices");
    refused({0, 2, 4}, {0, 1}, {3, 1, 0, 2}, "f: 'answer_lengths' holds 0 at 2, not 1 or more");
    CHECK_THROWS_WITH_AS(two_questions().losses(std::vector{1.0}, question_loss::choice),
                         "arc.safetensors: 1 losses, but there are 5 choices", input_error);
}
