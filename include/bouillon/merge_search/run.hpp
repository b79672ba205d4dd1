// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/monitor.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/merge_search/measured_merges.hpp>
#include <bouillon/merge_search/racing.hpp>
#include <bouillon/search/history.hpp>
#include <bouillon/search/observation.hpp>

#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// Where a trial's time went, seconds.
struct trial_seconds {
    double suggest = 0, merge = 0, score = 0, observe = 0;  ///< of each step
};

/// A trial that just ended, as the calls below report it.
struct trial_event {
    const bouillon::trial& trial;              ///< as the search suggested it
    const bouillon::observation& observation;  ///< what became of it
    std::span<const double> losses;  ///< (documents), nats per token, in part predicted where fewer were scored; empty
                                     ///< for a failed trial
    trial_seconds seconds;           ///< where its time went
    std::size_t documents = 0;       ///< scored
};

namespace detail {

/// One trial: `measure(trial)` gives its losses, `observe(trial, evaluation)` tells them to the search.
template <class Search, class Measure, class Observe, class OnTrial>
void run_trial(Search& search, Measure&& measure, Observe&& observe, OnTrial&& on_trial) {
    trial_seconds seconds;
    stopwatch watch;
    const trial next = search.suggest();
    seconds.suggest = watch.lap();
    merge_evaluation evaluation;
    std::size_t documents = 0;
    try {
        evaluation = measure(next);
        documents = evaluation.losses.size();
        watch.lap();
        observe(next, evaluation);
    } catch (const work_error& failure) {
        watch.lap();
        search.fail(next, failure.what());
        evaluation.losses.clear();
    }
    seconds.merge = evaluation.merge_seconds;
    seconds.score = evaluation.score_seconds;
    seconds.observe = watch.lap();
    on_trial(trial_event{next, search.history()[next.ticket].observation, evaluation.losses, seconds, documents});
}

}  // namespace detail

/// One trial: suggest, merge, score, observe.
///
/// A merge or a scorer that fails is an observation, not an end.
template <class Search, class Evaluator, class OnTrial>
void run_trial(Search& search, measured_merges<Evaluator>& measure, OnTrial&& on_trial) {
    detail::run_trial(
        search, [&](const trial& next) { return measure(next.merge_weights, document_set::search); },
        [&](const trial& next, const merge_evaluation& evaluation) {
            if (evaluation.losses.size() == 1)
                search.observe(next, evaluation.losses.front());
            else
                search.observe(next, std::span<const double>(evaluation.losses));
        },
        on_trial);
}

/// One trial that is scored on as many documents as it takes.
///
/// The search must have the race's reference losses, domains and guards.
template <class Search, class Evaluator, class OnTrial>
void run_trial(Search& search, measured_merges<Evaluator>& measure, document_race& race, OnTrial&& on_trial) {
    raced_loss raced;
    detail::run_trial(
        search,
        [&](const trial& next) {
            return race_merge(race, next.merge_weights, race.leader(), race.options().share, measure, raced);
        },
        [&](const trial& next, merge_evaluation& evaluation) {
            const bool all = raced.documents == race.size();
            const auto& losses = all ? raced.completed.losses : evaluation.losses;
            if (raced.guard_losses.empty())
                search.observe(next, raced.difference, losses);
            else
                search.observe(next, raced.difference, raced.guard_losses, losses);
            race.enter(next.merge_weights, search.history()[next.ticket].observation.document_losses);
            evaluation.losses = raced.completed.losses;
        },
        on_trial);
}

/// Takes in the trials of a search that is resumed, each of which was scored in full, so that none is scored again.
template <class Evaluator>
void remember_trials(const history& trials, measured_merges<Evaluator>& measure) {
    for (const auto& [suggested, observed] : trials.records()) {
        if (observed.status != trial_status::observed) continue;
        const std::span<const double> losses =
            observed.document_losses.empty() ? std::span(&observed.loss, 1) : observed.document_losses;
        std::vector<std::size_t> all(losses.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        measure.remember(suggested.merge_weights, all, losses);
    }
}

/// Runs trials until the search is done. `on_trial(const trial_event&)` is called as each ends.
template <class Search, class Evaluator, class OnTrial>
void run_all_trials(Search& search, measured_merges<Evaluator>& measure, OnTrial&& on_trial) {
    while (!search.done()) run_trial(search, measure, on_trial);
}

/// The same, with trials that race.
template <class Search, class Evaluator, class OnTrial>
void run_all_trials(Search& search, measured_merges<Evaluator>& measure, document_race& race, OnTrial&& on_trial) {
    while (!search.done()) run_trial(search, measure, race, on_trial);
}

/// Runs trials until the search is done, as many at once as the monitor has threads: a new one is suggested as soon as
/// one ends. What the search, the memory and `on_trial` do needs no lock.
/// @param side_by_side the evaluator's, in which it measures
/// @param search that suggests
/// @param measure gives losses
/// @param on_trial called with each trial_event
/// @throws interrupted, and leaves the trials that are out as they are, when the evaluator is told to stop
template <class Search, class Evaluator, class OnTrial>
void run_all_trials(monitor& side_by_side, Search& search, measured_merges<Evaluator>& measure, OnTrial&& on_trial) {
    side_by_side.run([&] {
        if (search.done()) return false;
        run_trial(search, measure, on_trial);
        return true;
    });
}

/// The same, with trials that race.
template <class Search, class Evaluator, class OnTrial>
void run_all_trials(monitor& side_by_side, Search& search, measured_merges<Evaluator>& measure, document_race& race,
                    OnTrial&& on_trial) {
    side_by_side.run([&] {
        if (search.done()) return false;
        run_trial(search, measure, race, on_trial);
        return true;
    });
}

}  // namespace bouillon
