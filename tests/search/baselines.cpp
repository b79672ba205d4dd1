// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/baselines.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <numeric>

using namespace bouillon;

namespace {

std::vector<std::string> names_of(const std::vector<baseline>& all) {
    std::vector<std::string> names;
    for (const auto& one : all) names.push_back(one.name);
    return names;
}

}  // namespace

TEST_CASE("which baselines there are follows from the number of checkpoints and the budget") {
    using names = std::vector<std::string>;
    CHECK(names_of(baselines(1, 0, 1)) == names{"newest", "best single", "uniform over all"});
    CHECK(names_of(baselines(2, 8, 1)) == names{"newest", "best single", "uniform over all", "sweep"});
    CHECK(names_of(baselines(5, 8, 1)) == names{"newest", "best single", "uniform over all", "uniform over last 3",
                                                "moving average", "1-sqrt decay", "greedy soup", "random search"});
    CHECK(names_of(baselines(8, 8, 1)) == names{"newest", "best single", "uniform over all", "uniform over last 3",
                                                "uniform over last 5", "moving average", "1-sqrt decay", "greedy soup",
                                                "random search"});
    CHECK_THROWS_AS(baselines(0, 1, 1), input_error);
}

TEST_CASE("every candidate of a baseline is a merge of all the checkpoints") {
    for (const std::size_t checkpoints : {1, 2, 4, 8})
        for (const auto& one : baselines(checkpoints, 7, 3)) {
            CHECK_FALSE(one.merge_weights.empty());
            for (const auto& weights : one.merge_weights) {
                CHECK(weights.size() == checkpoints);
                const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
                CHECK(std::abs(sum - 1) <= 4 * std::numeric_limits<double>::epsilon());
            }
        }
}

TEST_CASE("the newest is the last checkpoint and the last k are the newest k") {
    const auto all = baselines(4, 0, 1);
    CHECK(all[0].merge_weights[0] == std::vector{0.0, 0.0, 0.0, 1.0});
    CHECK(all[1].merge_weights.size() == 4);
    CHECK(all[3].merge_weights[0][0] == 0);
    CHECK(all[3].merge_weights[0][1] == doctest::Approx(1.0 / 3));
}

TEST_CASE("a sweep has as many even steps as the search has trials, ends included") {
    const auto sweep = equal_budget_baseline(2, 5, 1, 0.5);
    CHECK(sweep.merge_weights.size() == 5);
    CHECK(sweep.merge_weights.front() == std::vector{0.5, 0.5});
    CHECK(sweep.merge_weights[1] == std::vector{0.375, 0.625});
    CHECK(sweep.merge_weights.back() == std::vector{0.0, 1.0});
}

TEST_CASE("random search has as many draws as the search has trials, the same for a seed") {
    CHECK(equal_budget_baseline(3, 6, 1).merge_weights.size() == 6);
    CHECK(equal_budget_baseline(3, 6, 1).merge_weights == equal_budget_baseline(3, 6, 1).merge_weights);
    CHECK(equal_budget_baseline(3, 6, 1).merge_weights != equal_budget_baseline(3, 6, 2).merge_weights);
}
