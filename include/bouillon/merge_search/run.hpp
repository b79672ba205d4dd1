// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/search/observation.hpp>

#include <cstddef>
#include <map>
#include <span>
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

}  // namespace bouillon
