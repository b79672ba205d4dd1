// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/question_evaluator.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

namespace {

/// Two choices, the second of which a newer checkpoint likes better the more it weighs.
struct two_choices {
    merge_evaluation operator()(std::span<const double> merge_weights, document_set) {
        return {{1.0, 1.5 - merge_weights.back()}, 0.25, 0.5};
    }
};
static_assert(merge_evaluator<question_evaluator<two_choices>>);
static_assert(!partial_merge_evaluator<question_evaluator<two_choices>>);

/// Four choices, of which some can be scored: the loss of each is its number.
struct numbered_choices {
    merge_evaluation operator()(std::span<const double>, document_set) { return {{0, 1, 2, 3}, 0, 0}; }
    merge_evaluation operator()(std::span<const double>, std::span<const std::size_t> some) {
        return {{some.begin(), some.end()}, 0, 0};
    }
};
static_assert(partial_merge_evaluator<question_evaluator<numbered_choices>>);

held_out_set questions(const multiple_choice& all) { return {all.choices(), all}; }

held_out_documents two_documents() { return {{1, 1, 1, 1}, {0, 2, 4}, "f"}; }

held_out_sets one_question() { return held_out_sets({questions({two_documents(), {0, 2}, {1}})}); }

}  // namespace

TEST_CASE("a merge's losses are its questions', and those of documents stay as they are") {
    question_evaluator evaluate(two_choices{}, one_question(), held_out_sets({{two_documents()}}),
                                question_loss::accuracy);
    const std::vector<double> older = {1.0, 0.0}, newer = {0.0, 1.0};
    CHECK(evaluate(older, document_set::search).losses == std::vector{1.0});
    CHECK(evaluate(newer, document_set::search).losses == std::vector{0.0});
    CHECK(evaluate(newer, document_set::search).score_seconds == 0.5);
    CHECK(evaluate(newer, document_set::test).losses == std::vector{1.0, 0.5});
}

TEST_CASE("some questions are measured by their own choices") {
    const multiple_choice two_questions(held_out_documents({1, 1, 1, 1, 1, 1, 1, 1}, {0, 2, 4, 6, 8}, "f"), {0, 2, 4},
                                        {0, 1});
    question_evaluator evaluate(numbered_choices{}, held_out_sets({questions(two_questions)}), {},
                                question_loss::answer);
    const std::vector<double> w = {0.0, 1.0};
    CHECK(evaluate(w, document_set::search).losses == std::vector{0.0, 3.0});
    CHECK(evaluate(w, std::vector<std::size_t>{1}).losses == std::vector{3.0});
    CHECK(evaluate(w, std::vector<std::size_t>{1, 0}).losses == std::vector{3.0, 0.0});
}
