// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/own_check.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/search/observation.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace bouillon {

/// When to end a search before its budget is spent.
///
/// The caller's loop asks:
///
///     const auto stop = when_any(target_loss{2.7}, no_improvement{10});
///     while (!search.done() && !stop(search)) { ... }
///
/// A rule is any callable that takes a search, be it journaled or not. It remembers nothing and changes nothing: it
/// reads the search's history and belief, so a search that is resumed stops where it would have stopped. One whose
/// numbers can be wrong has `check()` and calls it whenever it is asked.
template <class Rule, class Search>
concept stopping_rule = std::predicate<const Rule&, const Search&>;

/// Stops when one of its rules does.
///
/// They are asked in their order until one says so: put the cheap ones first.
template <class... Rules>
class when_any {
 public:
    /// @throws input_error for numbers that a rule cannot have
    explicit when_any(Rules... rules) : rules_(std::move(rules)...) { detail::own_checks(rules_); }

    template <class Search>
    requires(stopping_rule<Rules, Search>&&...) bool operator()(const Search& search) const {
        return std::apply([&](const Rules&... rule) { return (rule(search) || ...); }, rules_);
    }

 private:
    std::tuple<Rules...> rules_;
};

/// Stops when all of its rules do.
///
/// They are asked in their order until one does not.
template <class... Rules>
class when_all {
 public:
    /// @throws input_error for numbers that a rule cannot have
    explicit when_all(Rules... rules) : rules_(std::move(rules)...) { detail::own_checks(rules_); }

    template <class Search>
    requires(stopping_rule<Rules, Search>&&...) bool operator()(const Search& search) const {
        return std::apply([&](const Rules&... rule) { return (rule(search) && ...); }, rules_);
    }

 private:
    std::tuple<Rules...> rules_;
};

/// Stops when so many trials have ended with a loss or a failure.
///
/// In `when_all` it is the least number of trials.
struct trial_limit {
    std::size_t trials = 20;  ///< that have ended

    template <class Search>
    bool operator()(const Search& search) const {
        const auto& history = search.history();
        return history.count(trial_status::observed) + history.count(trial_status::failed) >= trials;
    }
};

/// Stops when the clock has come to a time.
///
/// Trials that are out then are the caller's to wait for or to abandon.
template <class Clock = std::chrono::steady_clock>
struct deadline {
    typename Clock::time_point end;  ///< by its own clock

    template <class Search>
    bool operator()(const Search&) const {
        return Clock::now() >= end;
    }
};

/// Deduces the clock from the time.
template <class Clock, class Duration>
deadline(std::chrono::time_point<Clock, Duration>) -> deadline<Clock>;

namespace detail {

/// Whether there is anything to believe: the rules below are false without.
template <class Search>
bool has_belief(const Search& search) {
    return !search.options().known.empty() || search.history().count(trial_status::observed) > 0;
}

}  // namespace detail

/// Stops when the recommendation is believed to be as good as a target, which one lucky observation does not prove.
///
///     posterior mean + deviations * posterior standard deviation <= loss
///
/// With guards a recommendation that may break one is not as good.
/// Cost: a hyper-parameter fit.
struct target_loss {
    double loss = 0;        ///< as it is observed: with reference losses, the difference to them
    double deviations = 0;  ///< 1.645: at least as good as the target with a probability of 0.95

    /// @throws input_error that names the number that it cannot have
    void check() const {
        detail::require_option(!std::isnan(loss), "target_loss", "loss", loss, "a number");
        detail::require_option(std::isfinite(deviations), "target_loss", "deviations", deviations, "finite");
    }

    template <class Search>
    bool operator()(const Search& search) const {
        check();
        if (!detail::has_belief(search)) return false;
        const auto best = search.recommendation();
        return best.keeps_guards && best.loss + deviations * best.standard_error <= loss;
    }
};

/// Stops when the last trials were of no use: as all observations together show, the best of the earlier points is as
/// good as the best of all.
///
///     posterior mean of the best earlier point - posterior mean of the best point <= loss
///
/// "Last" is by ticket. A failed trial is one without improvement. With guards only points count that probably
/// keep them, and as long as no earlier one does, or none is sure to, the search goes on.
/// Cost: a hyper-parameter fit.
struct no_improvement {
    std::size_t trials = 10;          ///< in a row
    std::optional<double> loss = {};  ///< nothing: the posterior standard deviation at the best point

    /// @throws input_error that names the number that it cannot have
    void check() const {
        detail::require_option(trials > 0, "no_improvement", "trials", trials, "1 or more");
        if (loss) detail::require_option(!std::isnan(*loss), "no_improvement", "loss", *loss, "a number");
    }

    template <class Search>
    bool operator()(const Search& search) const {
        check();
        const std::size_t earlier = earlier_successes(search);
        if (earlier == 0) return false;
        const auto now = search.belief();
        const std::size_t count = now.eligible.empty() ? earlier : now.eligible.size();
        std::vector<double> means(count), deviations(count);  // standardised
        now.surrogate.predict(std::span(now.tried).first(count * now.surrogate.dimension()), means, deviations);
        const auto best = now.surrogate.predict(now.answer);
        double best_mean = best.mean;
        std::optional<double> earlier_best;  // standardised
        for (std::size_t i = 0; i < count; ++i) {
            if (!now.is_eligible(i)) continue;
            if (i < earlier) earlier_best = std::max(earlier_best.value_or(means[i]), means[i]);
            if (!now.eligible.empty()) best_mean = std::max(best_mean, means[i]);
        }
        if (!earlier_best || !now.keeps_guards) return false;
        const auto& seen = now.surrogate.standardisation();
        const double best_score = seen.score(best_mean);
        const double improvement = best_score - seen.score(*earlier_best);
        return improvement <= loss.value_or(std::sqrt(best.variance) / seen.slope(best_score));
    }

 private:
    /// What was known, and the observed trials before the last ones.
    template <class Search>
    std::size_t earlier_successes(const Search& search) const {
        const auto& history = search.history();
        const std::size_t ended = history.count(trial_status::observed) + history.count(trial_status::failed);
        if (ended < trials) return 0;
        std::size_t successes = search.options().known.size(), earlier = ended - trials;
        for (const auto& [suggested, observed] : history.records()) {
            if (earlier == 0) break;
            if (observed.status == trial_status::observed) ++successes;
            if (observed.status == trial_status::observed || observed.status == trial_status::failed) --earlier;
        }
        return successes;
    }
};

}  // namespace bouillon
