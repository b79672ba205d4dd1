// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/recorded_evaluator.hpp>

#include "known_landscape.hpp"
#include "partial_landscape.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

const std::vector<double> w = {0.2, 0.3, 0.5};

/// An evaluator that counts its calls elsewhere, and measures both sets at once, as a command does.
struct both_at_once {
    std::size_t* calls;
    std::size_t documents = 3;

    merge_evaluation operator()(std::span<const double> merge_weights, document_set set) {
        ++*calls;
        const auto call = static_cast<double>(*calls);
        const std::vector<double> search(documents, merge_weights[0] + call), test(2, merge_weights[0] - call);
        return set == document_set::search ? merge_evaluation{search, 1, 2, test}
                                           : merge_evaluation{test, 1, 2, search};
    }
};

void forget(const measurement&) {}

}  // namespace

TEST_CASE("what was measured is told once with all that it gave, and known then") {
    std::size_t calls = 0;
    std::vector<measurement> told;
    recorded_evaluator evaluate(both_at_once{&calls}, [&](const measurement& made) { told.push_back(made); });
    CHECK(evaluate.test_documents() == 0);
    const auto search = evaluate(w, document_set::search);
    CHECK(search.score_seconds == 2);
    CHECK(evaluate(w, document_set::search).losses == search.losses);
    CHECK(evaluate(w, document_set::test).losses == std::vector{-0.8, -0.8});
    CHECK(evaluate.test_documents() == 2);
    CHECK(calls == 1);
    REQUIRE(told.size() == 1);
    CHECK(told[0].merge_weights == w);
    CHECK(told[0].search == search.losses);
    CHECK(told[0].test == std::vector{-0.8, -0.8});
    evaluate(std::vector{1.0, 0.0, 0.0}, document_set::test);
    evaluate(std::vector{1.0, 0.0, 0.0}, document_set::search);
    CHECK(calls == 2);
}

TEST_CASE("what an earlier run told is not measured again") {
    std::size_t calls = 0;
    recorded_evaluator evaluate(both_at_once{&calls}, forget);
    evaluate.remember({w, {1, 2, 3}});
    CHECK(evaluate(w, document_set::search).losses == std::vector{1.0, 2.0, 3.0});
    CHECK(calls == 0);
    evaluate.remember({w, {}, {}, {4, 5}});
    CHECK(evaluate(w, document_set::test).losses == std::vector{4.0, 5.0});
    CHECK(calls == 0);
    CHECK(evaluate.test_documents() == 2);
}

TEST_CASE("some of the documents are known as they were told, in any order") {
    std::vector<measurement> told;
    recorded_evaluator first(partial_landscape(), [&](const measurement& made) { told.push_back(made); });
    const std::vector<std::size_t> some = {9, 3}, other = {3, 9}, more = {3, 9, 5};
    const auto losses = first(w, some).losses;
    REQUIRE(told.size() == 1);
    CHECK(told[0].documents == some);
    CHECK(first(w, other).losses == std::vector{losses[1], losses[0]});
    CHECK(told.size() == 1);
    CHECK(first(w, more).losses.size() == 3);
    CHECK(told.size() == 2);

    recorded_evaluator second(partial_landscape{.failing_from = 0}, forget);
    for (const auto& made : told) second.remember(made);
    CHECK(second(w, more).losses == first(w, more).losses);
    CHECK_THROWS_AS(second(w, document_set::search), work_error);
    const auto whole = first(w, document_set::search).losses;
    second.remember({w, whole});
    CHECK(second(w, std::vector<std::size_t>{60, 1}).losses == std::vector{whole[60], whole[1]});
}

TEST_CASE("a merge that cannot be measured is asked for again, and nothing is told of it") {
    known_landscape landscape;
    landscape.failing_from = 0;
    std::size_t told = 0;
    recorded_evaluator evaluate(landscape, [&](const measurement&) { ++told; });
    CHECK_THROWS_AS(evaluate(w, document_set::search), work_error);
    CHECK_THROWS_AS(evaluate(w, document_set::search), work_error);
    CHECK(told == 0);
}

TEST_CASE("another number of losses than an earlier run had is a failure") {
    std::size_t calls = 0;
    recorded_evaluator evaluate(both_at_once{&calls}, forget);
    evaluate.remember({{0, 0, 1}, {1, 2}});
    CHECK_THROWS_WITH_AS(evaluate(w, document_set::search), "scorer: gave 3 losses, but 2 before", work_error);
}
