// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/report.hpp>
#include <bouillon/search/baselines.hpp>
#include <bouillon/search/observation.hpp>
#include <bouillon/search/paired.hpp>

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// Where a trial's time went, seconds.
struct trial_seconds {
    double suggest = 0, merge = 0, score = 0, observe = 0;
};

/// A trial that just ended, as `run_search` reports it.
struct trial_event {
    const bouillon::trial& trial;
    const bouillon::observation& observation;
    std::span<const double> losses;  // (documents), nats per token; empty for a failed trial
    trial_seconds seconds;
};

/// Measures merges and remembers what they gave, so that a baseline that a trial has met already costs nothing.
template <merge_evaluator Evaluator>
class measured_merges {
 public:
    /// @param evaluate  must outlive this
    explicit measured_merges(Evaluator& evaluate) : evaluate_(&evaluate) {}

    /// Losses (documents) of a merge, measured now or before, and seconds spent just now.
    merge_evaluation operator()(const std::vector<double>& merge_weights, document_set documents) {
        auto& known = documents == document_set::search ? search_ : test_;
        if (const auto found = known.find(merge_weights); found != known.end()) return {found->second, 0, 0};
        merge_evaluation result = (*evaluate_)(merge_weights, documents);
        known.emplace(merge_weights, result.losses);
        return result;
    }

 private:
    Evaluator* evaluate_;
    std::map<std::vector<double>, std::vector<double>> search_, test_;  // merge weights -> (documents), nats per token
};

/// One trial: suggest, merge, score, observe. A merge or a scorer that fails is an observation, not an end.
template <class Search, class Evaluator, class OnTrial>
void run_trial(Search& search, measured_merges<Evaluator>& measure, OnTrial&& on_trial) {
    trial_seconds seconds;
    detail::stopwatch watch;
    const trial next = search.suggest();
    seconds.suggest = watch.lap();
    merge_evaluation evaluation;
    try {
        evaluation = measure(next.merge_weights, document_set::search);
        watch.lap();
        if (evaluation.losses.size() == 1)
            search.observe(next, evaluation.losses.front());
        else
            search.observe(next, std::span<const double>(evaluation.losses));
    } catch (const work_error& failure) {
        watch.lap();
        search.fail(next, failure.what());
    }
    seconds.merge = evaluation.merge_seconds;
    seconds.score = evaluation.score_seconds;
    seconds.observe = watch.lap();
    on_trial(trial_event{next, search.history()[next.ticket].observation, evaluation.losses, seconds});
}

/// Runs trials until the search is done. `on_trial(const trial_event&)` is called as each ends.
template <class Search, class Evaluator, class OnTrial>
void run_search(Search& search, measured_merges<Evaluator>& measure, OnTrial&& on_trial) {
    while (!search.done()) run_trial(search, measure, on_trial);
}

namespace detail {

/// The candidate with the lowest mean loss on the search documents; one that cannot be measured is passed over.
template <class Measure>
std::vector<double> best_candidate(const baseline& from, Measure& measure) {
    std::vector<double> best;  // (checkpoints)
    double lowest = std::numeric_limits<double>::infinity();
    std::string failure;
    for (const auto& candidate : from.merge_weights) try {
            const double loss = mean_loss(measure(candidate, document_set::search).losses).mean;
            if (loss < lowest) {
                lowest = loss;
                best = candidate;
            }
        } catch (const work_error& error) {
            failure = error.what();
        }
    if (best.empty()) throw work_error("baseline '" + from.name + "': no merge could be measured: " + failure);
    return best;
}

}  // namespace detail

/// Measures the baselines and the found merge on the same documents. Where a baseline has several candidates (each
/// single checkpoint, a sweep), the search documents choose; the test documents, if any, choose nothing and only judge.
/// @param found      merge weights (checkpoints) that the search recommends
/// @param compared   the first must be the newest checkpoint: gains are over it
/// @param has_test   whether the evaluator has test documents
/// @param on_merge   called before each baseline with its name, for progress
template <class Evaluator, class OnMerge>
merge_report make_report(const std::vector<double>& found, const std::vector<baseline>& compared,
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
        add(one.name, detail::best_candidate(one, measure));
    }
    on_merge("found merge");
    add("found merge", found);
    return report;
}

}  // namespace bouillon
