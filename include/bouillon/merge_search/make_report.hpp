// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/choose_merge.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/racing.hpp>
#include <bouillon/merge_search/report.hpp>
#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/baselines.hpp>
#include <bouillon/search/paired.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// make_report, where `choose(baseline)` gives the merge (checkpoints) that a baseline comes to.
template <class Choose, class Evaluator, class OnMerge>
merge_report report_choices(Choose&& choose, const std::vector<double>& found, const std::vector<baseline>& compared,
                            measured_merges<Evaluator>& measure, bool has_test, OnMerge&& on_merge) {
    merge_report report;
    report.gains_on_test = has_test;
    std::vector<double> reference;  // (documents), the newest checkpoint's
    const auto add = [&](const std::string& name, const std::vector<double>& merge_weights) {
        std::vector<double> losses = measure(merge_weights, document_set::search).losses;  // (documents)
        report_row row{name, merge_weights, mean_loss(losses), std::nullopt, {}};
        if (has_test) {
            losses = measure(merge_weights, document_set::test).losses;
            row.test = mean_loss(losses);
        }
        if (report.rows.empty()) reference = losses;
        row.gain = gain_over(losses, reference);
        report.rows.push_back(std::move(row));
    };
    for (const baseline& one : compared) {
        on_merge(one.name);
        add(one.name, choose(one));
    }
    on_merge("found merge");
    add("found merge", found);
    return report;
}

}  // namespace detail

/// Measures the baselines and the found merge on the same documents. What a baseline's merge is, the search documents
/// say; the test documents, if any, choose nothing and only judge.
/// @param found      merge weights (checkpoints) that the search recommends
/// @param compared   the first must be the newest checkpoint: gains are over it
/// @param has_test   whether the evaluator has test documents
/// @param on_merge   called before each baseline with its name, for progress
template <class Evaluator, class OnMerge>
merge_report make_report(const std::vector<double>& found, const std::vector<baseline>& compared,
                         measured_merges<Evaluator>& measure, bool has_test, OnMerge&& on_merge) {
    const auto choose = [&](const baseline& one) { return choose_merge(one, measure); };
    return detail::report_choices(choose, found, compared, measure, has_test, on_merge);
}

/// The same, where the candidates of a baseline race. What is reported is scored in full.
template <class Evaluator, class OnMerge>
merge_report make_report(const std::vector<double>& found, const std::vector<baseline>& compared,
                         measured_merges<Evaluator>& measure, document_race& race, bool has_test, OnMerge&& on_merge) {
    const auto choose = [&](const baseline& one) {
        if (one.merge_weights.size() == 1) return choose_merge(one, measure);  // nothing to choose
        raced_candidates candidates(race, measure);
        auto chosen = choose_merge(one, candidates);
        race.enter(chosen, measure(chosen, document_set::search).losses);
        return chosen;
    };
    return detail::report_choices(choose, found, compared, measure, has_test, on_merge);
}

}  // namespace bouillon
