// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/score/held_out.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// What a question's loss is.
///
/// The log-likelihood L_c of a choice is that of all its answer's tokens, given the prompt.
enum class question_loss {
    choice,        ///< log sum_c exp L_c - L_correct: minus the log of the right answer's probability among the choices
    answer,        ///< -L_correct / tokens of the right answer, nats per token, whatever the other choices
    accuracy,      ///< 0 where L_c is largest for the right answer, else 1
    accuracy_norm  ///< 0 where L_c / length of the answer is largest for the right answer, else 1
};

/// Questions with several answers each, of which one is right.
///
/// A choice is a document that holds the question, which is its prompt, and one answer; a question is what a document
/// is elsewhere: the unit of noise.
class multiple_choice {
 public:
    multiple_choice() = default;

    /// Takes questions whose choices are tokens already.
    /// @param choices all questions' choices, in order
    /// @param offsets (questions + 1), where each question's choices begin; the first is 0, the last choices.size()
    /// @param correct (questions), the right choice of each, counted from 0 within the question
    /// @param answer_lengths (choices), by which `accuracy_norm` divides; empty where not known. Its harness takes the
    /// characters of the answer's text.
    /// @throws input_error when they do not fit, or a question has fewer than two choices
    multiple_choice(held_out_documents choices, std::vector<std::size_t> offsets, std::vector<std::size_t> correct,
                    std::vector<std::size_t> answer_lengths = {})
        : choices_(std::move(choices)),
          offsets_(std::move(offsets)),
          correct_(std::move(correct)),
          answer_lengths_(std::move(answer_lengths)) {
        detail::check_offsets(choices_.origin(), offsets_, choices_.size(),
                              {.name = "question_offsets",
                               .whole = "the choices are",
                               .piece = "question",
                               .thing = "choice",
                               .need = "a question has at least 2 choices"});
        check_correct();
        if (!answer_lengths_.empty()) check_lengths();
    }

    /// Questions.
    std::size_t size() const { return correct_.size(); }

    /// All questions' choices, in order.
    const held_out_documents& choices() const { return choices_; }
    /// Whether the lengths of answers are known.
    bool has_answer_lengths() const { return !answer_lengths_.empty(); }

    /// The right choice of each question, as a document of choices(): (questions).
    std::vector<std::size_t> right_choices() const {
        std::vector<std::size_t> right(size());
        for (std::size_t q = 0; q < size(); ++q) right[q] = offsets_[q] + correct_[q];
        return right;
    }

    /// The choices of some questions, as documents of choices(), question by question.
    std::vector<std::size_t> choices_of(std::span<const std::size_t> questions) const {
        std::vector<std::size_t> result;
        for (const std::size_t q : questions)
            for (std::size_t c = offsets_[q]; c < offsets_[q + 1]; ++c) result.push_back(c);
        return result;
    }

    /// Some of the questions, in the order in which they are named.
    multiple_choice select(std::span<const std::size_t> questions) const {
        multiple_choice chosen;
        const auto choices = choices_of(questions);
        chosen.choices_ = choices_.select(choices);
        chosen.offsets_ = {0};
        for (const std::size_t q : questions) {
            chosen.offsets_.push_back(chosen.offsets_.back() + offsets_[q + 1] - offsets_[q]);
            chosen.correct_.push_back(correct_[q]);
        }
        if (has_answer_lengths())
            for (const std::size_t c : choices) chosen.answer_lengths_.push_back(answer_lengths_[c]);
        return chosen;
    }

    /// Losses of the questions.
    ///
    /// Reference: the last two are 1 - acc and 1 - acc_norm of EleutherAI's lm-evaluation-harness; as there the first
    /// of equals is the largest.
    /// @param choice_losses (choices), nats per token of the answer, as a scorer returned them for choices()
    /// @param kind what a question's loss is
    /// @returns (questions), lower is better
    /// @throws input_error for `accuracy_norm` without lengths, or when the number of losses is not that of the choices
    std::vector<double> losses(std::span<const double> choice_losses, question_loss kind) const {
        if (choice_losses.size() != choices_.size())
            throw input_error(choices_.origin() + ": " + to_string(choice_losses.size()) + " losses, but there are " +
                              to_string(choices_.size()) + " choices");
        if (kind == question_loss::accuracy_norm && !has_answer_lengths())
            throw input_error(choices_.origin() + ": acc_norm needs 'answer_lengths', which the file does not have");
        std::vector<double> likelihoods(choice_losses.size());  // (choices), log, nats
        for (std::size_t c = 0; c < choice_losses.size(); ++c)
            likelihoods[c] = -choice_losses[c] * static_cast<double>(choices_.targets(c));
        std::vector<double> result(size());  // (questions)
        for (std::size_t q = 0; q < size(); ++q)
            result[q] = kind == question_loss::answer ? choice_losses[offsets_[q] + correct_[q]]
                                                      : one_loss(q, likelihoods, kind);
        return result;
    }

 private:
    double one_loss(std::size_t question, std::span<const double> likelihoods, question_loss kind) const {
        const std::size_t first = offsets_[question], count = offsets_[question + 1] - first,
                          right = correct_[question];
        std::vector<double> values(likelihoods.begin() + first, likelihoods.begin() + first + count);  // (count)
        if (kind == question_loss::accuracy_norm)
            for (std::size_t c = 0; c < count; ++c) values[c] /= static_cast<double>(answer_lengths_[first + c]);
        const auto largest = std::max_element(values.begin(), values.end());
        if (kind != question_loss::choice) return largest == values.begin() + right ? 0 : 1;
        double sum = 0;
        for (const double value : values) sum += std::exp(value - *largest);
        return std::log(sum) + *largest - values[right];
    }

    [[noreturn]] void fail(const std::string& what) const { throw input_error(choices_.origin() + ": " + what); }

    void check_correct() const {
        if (correct_.size() != offsets_.size() - 1)
            fail("'correct' has " + to_string(correct_.size()) + " values, but there are " +
                 to_string(offsets_.size() - 1) + " questions");
        for (std::size_t q = 0; q < size(); ++q)
            if (correct_[q] >= offsets_[q + 1] - offsets_[q])
                fail("'correct' holds " + to_string(correct_[q]) + " at " + to_string(q) + ", but the question has " +
                     to_string(offsets_[q + 1] - offsets_[q]) + " choices");
    }

    void check_lengths() const {
        if (answer_lengths_.size() != choices_.size())
            fail("'answer_lengths' has " + to_string(answer_lengths_.size()) + " values, but there are " +
                 to_string(choices_.size()) + " choices");
        for (std::size_t c = 0; c < answer_lengths_.size(); ++c)
            if (answer_lengths_[c] < 1) fail("'answer_lengths' holds 0 at " + to_string(c) + ", not 1 or more");
    }

    held_out_documents choices_;
    std::vector<std::size_t> offsets_;         // (questions + 1)
    std::vector<std::size_t> correct_;         // (questions)
    std::vector<std::size_t> answer_lengths_;  // (choices), or empty
};

}  // namespace bouillon
