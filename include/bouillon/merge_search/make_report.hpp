// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/merge_search/choose_merge.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/measured_domains.hpp>
#include <bouillon/merge_search/racing.hpp>
#include <bouillon/merge_search/report.hpp>
#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/baselines.hpp>
#include <bouillon/search/paired.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// What the average of all checkpoints gains over a checkpoint, their mean; nothing where one cannot be measured.
///
/// A loss that is straight between checkpoints gains 0, one that is curved gains what their noise costs.
/// Cost: none for what has been measured, as the baselines have.
template <class Measure>
std::optional<paired_gain> averaging_gain(std::size_t checkpoints, Measure& measure, const document_domains& domains) {
    const auto share = 1 / static_cast<double>(checkpoints);
    try {
        const auto average = measure(simplex{checkpoints}.newest_average(checkpoints), document_set::search).losses;
        std::vector<double> alone(average.size(), 0.0);  // (documents), mean over checkpoints
        for (std::size_t k = 0; k < checkpoints; ++k) {
            std::vector<double> weights(checkpoints, 0.0);
            weights[k] = 1;
            const auto losses = measure(weights, document_set::search).losses;
            for (std::size_t j = 0; j < alone.size(); ++j) alone[j] += share * losses[j];
        }
        return gain_over(average, alone, domains);
    } catch (const work_error&) {
        return std::nullopt;
    }
}

/// The baseline that the search documents would choose, against the found merge.
///
/// Cost: none, all has been measured.
template <class Measure>
row_gain best_baseline(const merge_report& report, Measure& measure, const measured_domains& domains) {
    const auto baselines = std::span(report.rows).first(report.rows.size() - 1);
    const auto best = std::ranges::min_element(baselines, {}, [](const auto& row) { return row.search.mean; });
    const auto set = report.honest() ? document_set::test : document_set::search;
    return {static_cast<std::size_t>(best - baselines.begin()),
            gain_over(measure(best->merge_weights, set).losses, measure(report.found().merge_weights, set).losses,
                      domains[set])};
}

/// What a baseline comes to, or why nothing can be said of it.
struct chosen_merge {
    const baseline* compared;
    std::vector<double> merge_weights;  // (checkpoints)
    std::string failure;                // empty where there is none
};

template <class Choose, class OnMerge>
std::vector<chosen_merge> choose_all(Choose&& choose, const std::vector<baseline>& compared, OnMerge&& on_merge) {
    std::vector<chosen_merge> chosen;
    for (const baseline& one : compared) {
        on_merge(one.name);
        try {
            chosen.push_back({&one, choose(one), {}});
        } catch (const work_error& failure) {
            chosen.push_back({&one, {}, failure.what()});
        }
    }
    return chosen;
}

/// Merges that are measured for baselines, so that they can be side by side.
/// @param alone only those of baselines without a choice
inline std::vector<std::vector<double>> candidates_of(const std::vector<baseline>& compared, bool alone) {
    std::vector<std::vector<double>> candidates;  // (candidates, checkpoints)
    for (const baseline& one : compared)
        if (!alone || one.merge_weights.size() == 1)
            candidates.insert(candidates.end(), one.merge_weights.begin(), one.merge_weights.end());
    return candidates;
}

/// make_report, where `choose(baseline)` gives the merge (checkpoints) that a baseline comes to.
template <class Choose, class Evaluator, class OnMerge>
merge_report report_choices(Choose&& choose, const std::vector<double>& found, const std::vector<baseline>& compared,
                            measured_merges<Evaluator>& measure, gain_documents gains_on, OnMerge&& on_merge,
                            const measured_domains& domains) {
    merge_report report;
    report.gains_on = gains_on;
    std::vector<double> newest, newest_test;  // (documents)
    const auto add = [&](const std::string& name, const std::vector<double>& merge_weights) {
        const std::vector<double> losses = measure(merge_weights, document_set::search).losses;  // (documents)
        if (report.rows.empty()) newest = losses;
        report_row row{name,
                       merge_weights,
                       mean_loss(losses, domains.search),
                       gain_over(losses, newest, domains.search),
                       std::nullopt,
                       {},
                       domain_gains(losses, newest, domains.search)};
        row.gain = row.search_gain;
        if (report.honest()) {
            const std::vector<double> test = measure(merge_weights, document_set::test).losses;  // (documents)
            if (report.rows.empty()) newest_test = test;
            row.test = mean_loss(test, domains.test);
            row.gain = gain_over(test, newest_test, domains.test);
            row.domains = domain_gains(test, newest_test, domains.test);
        }
        report.rows.push_back(std::move(row));
    };
    const auto chosen = choose_all(choose, compared, on_merge);
    std::vector<std::vector<double>> merges = {found};  // (merges, checkpoints)
    for (const auto& [one, merge_weights, failure] : chosen)
        if (failure.empty()) merges.push_back(merge_weights);
    measure.prepare(merges, document_set::search);
    if (report.honest()) measure.prepare(merges, document_set::test);
    for (const auto& [one, merge_weights, failure] : chosen) try {
            if (!failure.empty()) throw work_error(failure);
            add(one->name, merge_weights);
        } catch (const work_error& reason) {
            if (report.rows.empty()) throw;  // gains are over the newest
            report.unmeasured.push_back({one->name, reason.what()});
        }
    on_merge("found merge");
    add("found merge", found);
    const auto judging = report.honest() ? document_set::test : document_set::search;
    report.guards = guard_verdicts(domains.guards, domains[judging], measure(found, judging).losses,
                                   report.honest() ? newest_test : newest);
    report.best_baseline = detail::best_baseline(report, measure, domains);
    return report;
}

}  // namespace detail

/// Measures the baselines and the found merge on the same documents.
///
/// What a baseline's merge is, the search documents say; test and confirm documents choose nothing and only judge. A
/// baseline that cannot be measured is left out, and the report says so; only the newest and the found merge must be.
/// @param found (checkpoints), merge weights that the search recommends
/// @param compared baselines, of which the first must be the newest checkpoint: gains are over it
/// @param measure gives losses
/// @param gains_on which documents; unless the search's, they are the evaluator's test documents
/// @param on_merge called before each baseline with its name, for progress
/// @param domains of the documents, and guards of them; none: all are of one
/// @throws work_error when the newest checkpoint or the found merge cannot be measured
template <class Evaluator, class OnMerge>
merge_report make_report(const std::vector<double>& found, const std::vector<baseline>& compared,
                         measured_merges<Evaluator>& measure, gain_documents gains_on, OnMerge&& on_merge,
                         const measured_domains& domains = {}) {
    measure.prepare(detail::candidates_of(compared, false), document_set::search);
    const auto choose = [&](const baseline& one) { return choose_merge(one, measure, domains.search); };
    auto report = detail::report_choices(choose, found, compared, measure, gains_on, on_merge, domains);
    report.averaging = detail::averaging_gain(report.newest().merge_weights.size(), measure, domains.search);
    return report;
}

/// The same, where the candidates of a baseline race. What is reported is scored in full.
template <class Evaluator, class OnMerge>
merge_report make_report(const std::vector<double>& found, const std::vector<baseline>& compared,
                         measured_merges<Evaluator>& measure, document_race& race, gain_documents gains_on,
                         OnMerge&& on_merge, const measured_domains& domains = {}) {
    measure.prepare(detail::candidates_of(compared, true), document_set::search);
    const auto choose = [&](const baseline& one) {
        if (one.merge_weights.size() == 1) return choose_merge(one, measure, domains.search);  // nothing to choose
        raced_candidates candidates(race, one.merge_weights, measure);
        auto chosen = choose_merge(one, candidates, domains.search);
        race.enter(chosen, measure(chosen, document_set::search).losses);
        return chosen;
    };
    auto report = detail::report_choices(choose, found, compared, measure, gains_on, on_merge, domains);
    raced_candidates raced(race, {}, measure);  // a few documents are enough to see what averaging gains
    report.averaging = detail::averaging_gain(report.newest().merge_weights.size(), raced, domains.search);
    return report;
}

}  // namespace bouillon
