// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/side_by_side_evaluator.hpp>

#include <bouillon/merge_search/measured_merges.hpp>

#include "partial_landscape.hpp"
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

using namespace bouillon;

namespace {

/// One evaluator of several, which writes down how many measure at once.
struct slow_landscape {
    std::atomic<int>* now;
    std::atomic<int>* most;
    std::vector<std::vector<double>>* asked;
    int wanted;
    partial_landscape landscape = {};

    template <class Documents>
    requires std::invocable < partial_landscape&, std::span<const double>,
    const Documents& > merge_evaluation operator()(std::span<const double> w, const Documents& documents) {
        const int here = ++*now;
        for (int before = *most; before < here && !most->compare_exchange_weak(before, here);) {
        }
        for (int waited = 0; waited < 10000 && *most < wanted; ++waited)  // until as many were at it at once
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        --*now;
        asked->push_back({w.begin(), w.end()});
        return landscape(w, documents);
    }
};

}  // namespace

TEST_CASE("merges are measured at once by as many evaluators as there are, with the losses that one would give") {
    std::atomic<int> now{0}, most{0};
    std::vector<std::vector<double>> asked[3];
    side_by_side_evaluator<slow_landscape> evaluate(
        {{&now, &most, &asked[0], 3}, {&now, &most, &asked[1], 3}, {&now, &most, &asked[2], 3}});
    static_assert(partial_merge_evaluator<side_by_side_evaluator<slow_landscape>>);
    measured_merges measure(evaluate, &evaluate.monitor());
    std::vector<std::vector<double>> candidates;
    for (int i = 0; i < 9; ++i) candidates.push_back({0.1 * i, 0.05, 0.95 - 0.1 * i});
    measure.prepare(candidates, document_set::search);
    CHECK(most == 3);
    for (const auto& evaluator : asked) CHECK_FALSE(evaluator.empty());
    CHECK(asked[0].size() + asked[1].size() + asked[2].size() == 9);
    for (const auto& w : candidates)
        CHECK(measure(w, document_set::search).losses == partial_landscape()(w, document_set::search).losses);
}

TEST_CASE("a merge that an evaluator has at hand goes to it again") {
    std::atomic<int> now{0}, most{0};
    std::vector<std::vector<double>> asked[2];
    side_by_side_evaluator<slow_landscape> evaluate({{&now, &most, &asked[0], 2}, {&now, &most, &asked[1], 2}});
    const std::vector<double> first = {0.2, 0.3, 0.5}, second = {0.5, 0.3, 0.2};
    int begun = 0;
    evaluate.monitor().run([&] {  // one each
        if (begun == 2) return false;
        evaluate(begun++ == 0 ? first : second, document_set::search);
        return true;
    });
    const std::vector<std::size_t> some = {3, 1};
    for (int i = 0; i < 4; ++i) evaluate(i % 2 == 0 ? second : first, some);
    for (const auto& evaluator : asked) {
        CHECK(evaluator.size() == 3);
        for (const auto& w : evaluator) CHECK(w == evaluator.front());
    }
}
