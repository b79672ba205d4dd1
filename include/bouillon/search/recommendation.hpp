// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/acquisition/formula.hpp>
#include <bouillon/acquisition/guarded.hpp>
#include <bouillon/acquisition/maximize.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/normal.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/search/best_tried.hpp>
#include <bouillon/search/guard_models.hpp>
#include <bouillon/search/history.hpp>
#include <bouillon/search/paired.hpp>
#include <bouillon/search/training_data.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/surrogate/belief_at_data.hpp>
#include <bouillon/surrogate/joint_posterior.hpp>
#include <bouillon/surrogate/posterior.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace bouillon {

/// What a search believes at one moment, from all that was observed until then.
/// @tparam Guards what is believed of guards, where the acquisition is `guarded`
template <class Surrogate, class Guards = detail::no_guards>
struct search_belief {
    Surrogate surrogate;              ///< fitted
    std::vector<double> tried = {};   ///< (n, d), unit points of the successes: what was known first, then by ticket
    std::vector<double> answer = {};  ///< (d), the unit point that is recommended
    std::vector<bool> eligible = {};  ///< (n), which points tried probably keep each guard; empty: no guards
    Guards guards = {};               ///< fitted
    /// Whether the answer keeps each guard with a probability of 0.95; false where no point is known to.
    bool keeps_guards = true;

    /// Whether point i of those tried may be the best.
    bool is_eligible(std::size_t i) const { return eligible.empty() || eligible[i]; }
};

/// The answer of a search.
///
/// With reference losses the loss is the difference to the reference: minus the gain.
struct recommendation {
    std::vector<double> point = {};          ///< (d), the user's coordinates
    std::vector<double> merge_weights = {};  ///< (checkpoints), newest last; empty where the space is not for merging
    double loss = 0;                         ///< posterior mean there
    double standard_error = 0;               ///< posterior deviation there
    std::optional<std::size_t> ticket;       ///< of the trial at that point; empty where none was
    std::vector<loss_estimate> guard_losses = {};  ///< (guards), posterior there of the loss on each guard's domain
    /// Whether each guard is kept there with a probability of 0.95, or there are none. False where no point is known to
    /// keep them, not even the reference: the point is then the likeliest of those tried.
    bool keeps_guards = true;
};

namespace detail {

/// How far the wanted margin of a guard is missed, for a maximiser that must stay within the guards: it is worth more
/// than any score.
struct missed_margin {
    double wanted = 0;           ///< deviations
    double least_deviation = 0;  ///< as documents know a guard's score, standardised

    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state& guard) const {
        using std::max, std::min;
        return 10 * min(Real(0), (mean - guard.best) / max(deviation, Real(least_deviation)) - wanted);
    }
};

/// Finds where a formula is largest among the points that keep each guard with a probability.
///
/// @returns the largest value found, minus infinity where no such point was
template <joint_surrogate Surrogate, acquisition_formula Formula, search_space Space, class Guards>
maximum maximize_within(const Guards& guards, double probability, const Formula& formula, const Surrogate& model,
                        const search_state& state, const Space& space, random_engine& engine,
                        std::span<const double> incumbent, const maximize_options& options) {
    const auto prepared = prepare(formula, model, state, engine);
    if constexpr (has_guards<Guards>) {
        if (guards.any()) {
            const auto beliefs = guards.beliefs();
            using gain = std::remove_const_t<decltype(prepared)>;
            const auto allow = [&](std::span<const double> point) { return guards.keeps(point, probability); };
            maximum found;
            double wanted = normal_quantile(probability);
            for (int attempt = 0; attempt < 4; ++attempt, wanted *= 1.4) {  // documents may know less of some points
                const prepared_guarded<gain, Surrogate, missed_margin> within(prepared, false, std::span(beliefs),
                                                                              {wanted, guards.typical_deviation()});
                found = maximize(within, space, engine, {.incumbent = incumbent, .allow = allow}, options);
                if (allow(found.unit_point)) return found;
            }
            found.value = -std::numeric_limits<double>::infinity();
            return found;
        }
    }
    return maximize(prepared, space, engine, {.incumbent = incumbent}, options);
}

/// How surely the successes keep the guards (successes), in deviations; nothing where there are none.
template <class Guards>
std::vector<double> margins_of_successes([[maybe_unused]] const Guards& guards, const training_data& data) {
    if constexpr (has_guards<Guards>)
        return guards.margins(std::span(data.points).first(data.points.size() / data.size() * data.successes));
    else
        return {};
}

/// The unit point (d) whose score can be counted on to be the largest: the best one tried where its score is certain,
/// else that of the largest mean less one deviation, over the points tried and the space.
///
/// What is believed is the function's value, its roughness included. Between trials the deviation may be at most twice
/// the best tried one's: farther out the surrogate guesses, and the best of many guesses is mostly wrong.
/// With guards it is one that surely keeps them, while the best tried one, by whose deviation a point between is
/// measured, is one that probably does: such are tried most. Where no point surely keeps them, it is the likeliest one
/// tried.
/// Cost: under noise a maximisation, and n^3.
/// @param model conditioned on the data
/// @param data with guards, those eligible that probably keep them
/// @param space where it may lie
/// @param engine of the maximisation's starts
/// @param options of the maximisation
/// @param guards each of which it keeps with the probability `sure_of_guard`
template <joint_surrogate Surrogate, search_space Space, class Guards = no_guards>
std::vector<double> countable_best(const Surrogate& model, const training_data& data, const Space& space,
                                   random_engine& engine, const maximize_options& options, const Guards& guards = {}) {
    constexpr double nothing = -std::numeric_limits<double>::infinity();
    const auto copy = [](std::span<const double> of) { return std::vector<double>(of.begin(), of.end()); };
    const std::vector<double> margins = margins_of_successes(guards, data);  // (successes); none: no guards
    const auto is_sure = [&](std::size_t i) { return margins.empty() || margins[i] >= normal_quantile(sure_of_guard); };
    const std::size_t likely = best_tried(model, data).index;
    if (data.variances[likely] == 0 && is_sure(likely)) return copy(data.point(likely));
    const std::vector<double> variances = variances_at_data(model);
    std::optional<std::size_t> best;
    double best_value = nothing;
    for (std::size_t i = 0; i < data.successes; ++i) {
        if (!is_sure(i)) continue;
        const std::size_t there = observation_at(model, data.point(i));
        const double value = mean_at(model, there) - std::sqrt(variances[there]);
        if (value > best_value) best = i, best_value = value;
    }
    const std::size_t start = best.value_or(likely);
    const std::size_t known = observation_at(model, data.point(margins.empty() ? start : likely));
    auto between = maximize_within(guards, sure_of_guard, upper_confidence_bound{-1}, model, search_state{}, space,
                                   engine, data.point(start), in_length_scales(options, model));
    const auto [mean, variance] = belief_between(model, between.unit_point, model.data().variances[known]);
    const bool is_better = variance <= 4 * variances[known] && mean - std::sqrt(variance) > best_value;
    if (is_better && between.value > nothing) return std::move(between.unit_point);
    if (best) return copy(data.point(*best));
    return copy(data.point(static_cast<std::size_t>(std::ranges::max_element(margins) - margins.begin())));
}

/// What follows from all that was learned.
///
/// Cost: a hyper-parameter fit, and under noise a maximisation.
/// @param last the surrogate as it was fitted before, which this fit begins with
/// @param data all that was learned
/// @param space where the answer is looked for
/// @param engine of the maximisation's starts
/// @param options of the maximisation
/// @param guards what is believed of them now
/// @throws work_error when there is no success
template <class Surrogate, search_space Space, class Guards = no_guards>
search_belief<Surrogate, Guards> believe(const Surrogate& last, training_data data, const Space& space,
                                         random_engine& engine, const maximize_options& options, Guards guards = {}) {
    if (data.successes == 0) throw work_error("no trial succeeded: there is nothing to recommend");
    search_belief<Surrogate, Guards> now{.surrogate = last, .guards = std::move(guards)};
    now.surrogate.fit(data.points, data.scores, data.variances);
    now.tried = data.points;
    now.tried.resize(data.successes * space.dimension());
    if constexpr (has_guards<Guards>) data.eligible = now.eligible = now.guards.kept(now.tried, probable_of_guard);
    now.answer = countable_best(now.surrogate, data, space, engine, options, now.guards);
    if constexpr (has_guards<Guards>)
        if (now.guards.any()) now.keeps_guards = now.guards.keeps(now.answer, sure_of_guard);
    return now;
}

/// What is believed of the function at a unit point (d): between trials with the roughness that the best one tells from
/// noise.
template <joint_surrogate Surrogate>
posterior belief_at(const Surrogate& model, const training_data& data, std::span<const double> unit_point) {
    const std::size_t i = observation_at(model, unit_point);
    if (i < model.data().size()) return {mean_at(model, i), variances_at_data(model)[i]};
    const std::size_t best = observation_at(model, data.point(best_tried(model, data).index));
    return belief_between(model, unit_point, model.data().variances[best]);
}

/// The same in the user's terms: the loss that was observed there where it is certain.
template <joint_surrogate Surrogate, search_space Space>
recommendation describe(const Surrogate& model, const training_data& data, const history& trials, const Space& space,
                        std::span<const double> unit_point) {
    const posterior belief = belief_at(model, data, unit_point);
    recommendation answer;
    answer.point = space.point(unit_point);
    answer.merge_weights = merge_weights(space, answer.point);
    const double score = model.standardisation().score(belief.mean);
    answer.loss = -score;
    answer.standard_error = std::sqrt(belief.variance) / model.standardisation().slope(score);
    for (const auto& [suggested, observed] : trials.records())
        if (observed.status == trial_status::observed && std::ranges::equal(suggested.unit_point, unit_point))
            answer.ticket = suggested.ticket;
    for (std::size_t i = 0; i < data.successes; ++i)
        if (data.variances[i] == 0 && std::ranges::equal(data.point(i), unit_point)) {
            answer.loss = -data.scores[i];
            answer.standard_error = 0;
        }
    return answer;
}

}  // namespace detail

}  // namespace bouillon
