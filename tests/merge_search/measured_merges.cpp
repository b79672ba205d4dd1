// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/measured_merges.hpp>

#include "known_landscape.hpp"
#include "partial_landscape.hpp"
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

using namespace bouillon;

namespace {

const std::vector<double> newest = {0, 0, 1}, w = {0.2, 0.3, 0.5};

}  // namespace

TEST_CASE("a merge is measured once, however often it is asked for") {
    known_landscape landscape;
    measured_merges measure(landscape);
    const auto first = measure(w, document_set::search).losses;
    CHECK(measure(w, document_set::search).losses == first);
    CHECK(landscape.calls == 1);
    CHECK(measure(w, document_set::test).losses != first);
    CHECK(landscape.calls == 2);
    CHECK(measure.search_documents_scored() == 16);
    CHECK(measure.test_documents_scored() == 16);
}

TEST_CASE("no document is scored twice on a merge, and losses come in the order that was asked for") {
    partial_landscape landscape;
    measured_merges measure(landscape);
    const auto all = measure(newest, document_set::search).losses;
    const std::vector<std::size_t> some = {9, 3, 60}, more = {9, 3, 60, 1, 2};
    CHECK(measure(newest, some).losses == std::vector{all[9], all[3], all[60]});
    CHECK(landscape.scored == 64);

    const auto three = measure(w, some).losses;
    CHECK(landscape.scored == 67);
    const auto five = measure(w, more).losses;
    CHECK(landscape.scored == 69);
    CHECK(std::equal(three.begin(), three.end(), five.begin()));
    const auto whole = measure(w, document_set::search).losses;
    CHECK(landscape.scored == 128);
    CHECK(whole[60] == three[2]);
    CHECK(whole == partial_landscape()(w, document_set::search).losses);
    CHECK(measure.search_documents_scored() == 128);
}

TEST_CASE("what an earlier run measured is not measured again") {
    partial_landscape landscape;
    measured_merges measure(landscape);
    measure(newest, document_set::search);
    const std::vector<std::size_t> some = {9, 3};
    measure.remember(w, some, std::vector{1.5, 2.5});
    CHECK(measure(w, std::vector<std::size_t>{3, 9}).losses == std::vector{2.5, 1.5});
    CHECK(measure.search_documents_scored() == 64);
    const auto whole = measure(w, document_set::search).losses;
    CHECK(measure.search_documents_scored() == 64 + 62);
    CHECK(whole[9] == 1.5);
}

TEST_CASE("a scorer that gives another number of losses has failed") {
    struct forgetful : partial_landscape {
        using partial_landscape::operator();
        merge_evaluation operator()(std::span<const double>, std::span<const std::size_t>) { return {{1.0}, 0, 0}; }
    } landscape;
    measured_merges measure(landscape);
    measure(newest, document_set::search);
    CHECK_THROWS_WITH_AS(measure(w, std::vector<std::size_t>{1, 2}), "scorer: 1 losses, but 2 documents were asked for",
                         work_error);
}

TEST_CASE("what is prepared side by side is known then, and a failure is told once") {
    struct failing {
        monitor side_by_side{3};
        known_landscape landscape = {};

        merge_evaluation operator()(std::span<const double> merge_weights, document_set set) {
            side_by_side.wait([] { std::this_thread::sleep_for(std::chrono::milliseconds(2)); });
            return landscape(merge_weights, set);
        }
    } evaluate;
    evaluate.landscape.failing_from = 0.9;
    measured_merges measure(evaluate, &evaluate.side_by_side);
    const std::vector<double> fails = {0.95, 0.05, 0};
    measure.prepare({newest, w, fails, w, {0.1, 0.1, 0.8}}, document_set::search);
    CHECK(evaluate.landscape.calls == 4);
    measure(w, document_set::search);
    CHECK_THROWS_WITH_AS(measure(fails, document_set::search), "out of memory", work_error);
    CHECK(evaluate.landscape.calls == 4);
    CHECK_THROWS_AS(measure(fails, document_set::search), work_error);  // asked again, it is measured again
    CHECK(evaluate.landscape.calls == 5);
}

TEST_CASE("nothing is prepared where one merge is measured after another") {
    known_landscape landscape;
    measured_merges measure(landscape);
    measure.prepare({newest, w}, document_set::search);
    CHECK(landscape.calls == 0);
}
