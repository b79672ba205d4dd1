// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/choose_merge.hpp>

#include <doctest/doctest.h>

#include <map>

using namespace bouillon;

namespace {

/// Losses by merge weights; a merge that is not named cannot be measured.
struct table {
    std::map<std::vector<double>, double> losses;
    std::vector<std::vector<double>> asked = {};

    merge_evaluation operator()(const std::vector<double>& merge_weights, document_set) {
        asked.push_back(merge_weights);
        if (!losses.contains(merge_weights)) throw work_error("no such merge");
        return {{losses.at(merge_weights)}, 0, 0};
    }
};

const std::vector<double> a = {1, 0, 0}, b = {0, 1, 0}, c = {0, 0, 1};
const double third = 1.0 / 3;

}  // namespace

TEST_CASE("the best candidate is the one of the lowest loss that can be measured, the first among equals") {
    table measure{{{a, 3}, {c, 2}}};
    CHECK(choose_merge({"all", {a, b, c}}, measure) == c);
    measure.losses[a] = 2;
    CHECK(choose_merge({"all", {a, b, c}}, measure) == a);
}

TEST_CASE("a greedy soup takes candidates in the order of their losses and keeps those that do not harm") {
    const std::vector<double> ca = {0.5, 0, 0.5}, cb = {0, 0.5, 0.5}, all = {third, third, third};
    table measure{{{a, 2.2}, {b, 2.5}, {c, 2.0}, {ca, 2.1}, {cb, 1.9}, {all, 1.8}}};
    CHECK(choose_merge({"greedy", {a, b, c}, baseline_choice::greedy_soup}, measure) == cb);  // a is tried and left out
    CHECK(measure.asked == std::vector{a, b, c, ca, cb});
    measure.losses[ca] = 2.0;  // no better, but no worse
    CHECK(choose_merge({"greedy", {a, b, c}, baseline_choice::greedy_soup}, measure) == all);
}

TEST_CASE("a greedy soup leaves out what cannot be measured, alone or in the average") {
    const std::vector<double> cb = {0, 0.5, 0.5};
    table measure{{{b, 2.5}, {c, 2.0}}};
    const baseline greedy{"greedy", {a, b, c}, baseline_choice::greedy_soup};
    CHECK(choose_merge(greedy, measure) == c);
    measure.losses[cb] = 1.9;
    CHECK(choose_merge(greedy, measure) == cb);
}

TEST_CASE("a baseline of which nothing can be measured says why") {
    table measure{{}};
    CHECK_THROWS_WITH_AS(choose_merge({"all", {a, b}}, measure),
                         "baseline 'all': no merge could be measured: no such merge", work_error);
}
