// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/acquisition/guarded.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/maximize.hpp>
#include <bouillon/acquisition/scheduled_confidence_bound.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/search/guard_models.hpp>
#include <bouillon/search/history.hpp>
#include <bouillon/search/recommendation.hpp>
#include <bouillon/search/stopping.hpp>
#include <bouillon/space/spread.hpp>
#include <bouillon/surrogate/joint_posterior.hpp>
#include <bouillon/surrogate/typical_noise.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

// Rules that stop a search by what it can still gain: its *regret* is the recommendation's loss less the least loss in
// the space, both without noise. Each also gives the number that it decides by. All of them cost a hyper-parameter fit,
// and are false as long as nothing is known. Trials that are out are taken as not suggested. With guards the least loss
// is that among points that keep them, and the rules are false as long as no point is known to.

namespace bouillon {

namespace detail {

inline constexpr std::uint64_t stopping_stream = ~std::uint64_t{1};  // beside the search's own streams

/// The standard error of one observation: the typical one of those that are known, else the fitted one.
template <class Search, class Belief>
double observation_error(const Search& search, const Belief& now) {
    std::vector<double> variances;  // known ones, losses squared
    for (const auto& [suggested, observed] : search.history().records())
        if (observed.status == trial_status::observed && !std::isnan(observed.variance))
            variances.push_back(observed.variance);
    if (!variances.empty()) return typical_noise(variances);
    const auto& surrogate = now.surrogate;
    const double score = surrogate.standardisation().score(surrogate.predict(now.answer).mean);
    return std::sqrt(surrogate.hyper_parameters().noise_variance) / surrogate.standardisation().slope(score);
}

/// The state that a formula of the bounds sees.
template <class Belief>
search_state state_of_answer(const Belief& now) {
    const std::size_t d = now.surrogate.dimension();
    return {now.surrogate.predict(now.answer).mean, now.tried.size() / d - 1, d, {}, {}};
}

/// The largest value of a formula over what may keep the guards: over the whole space where there are none.
template <class Formula, class Search, class Belief>
double largest_value(const Formula& formula, const Search& search, const Belief& now) {
    random_engine engine = make_engine(search.options().seed, stopping_stream);
    return maximize_within(now.guards, 1 - sure_of_guard, formula, now.surrogate, state_of_answer(now), search.space(),
                           engine, now.answer, search.options().maximize)
        .value;
}

/// The logarithm of the largest expected improvement, with guards of its product with the probability of keeping them.
template <class Search, class Belief>
double largest_log_improvement(const Search& search, const Belief& now) {
    if constexpr (has_guards<std::remove_cvref_t<decltype(now.guards)>>) {
        if (now.guards.any()) {
            random_engine engine = make_engine(search.options().seed, stopping_stream);
            const auto beliefs = now.guards.beliefs();
            auto state = state_of_answer(now);
            state.eligible = now.answer;
            const std::span believed(beliefs);
            const auto prepared =
                guarded<log_expected_improvement>{}.prepare(now.surrogate, state, believed, {}, engine);
            return maximize(prepared, search.space(), engine, {.incumbent = now.answer}, search.options().maximize)
                .value;
        }
    }
    return largest_value(log_expected_improvement{}, search, now);
}

}  // namespace detail

/// Stops when the regret is below a bound that hardly ever fails.
///
///     max_x UCB(x) - max_i LCB(x_i) <= loss,   UCB, LCB = mean +- beta_n deviation
///
/// The upper bound is over the whole space, the lower one over the n points tried and the recommended one; beta_n as in
/// `srinivas_schedule`. With guards the upper one is over what keeps each with a probability of 0.05 at least, the
/// lower one the recommended point's. Under noise the knowledge gradient tries what tells much rather than what
/// is best, which brings this bound down slowly: search with the expected improvement, or stop by
/// `regret_probably_below`. Cost: besides the fit, one acquisition maximisation. Reference: Makarova et al. (2022),
/// "Automatic termination for hyperparameter optimization", section 3.
struct regret_below {
    std::optional<double> loss = {};  ///< nothing: the standard error of one observation, so noise is needed
    srinivas_schedule schedule = {};  ///< of the bounds' width

    /// @throws input_error that names the number that it cannot have
    void check() const {
        if (loss) detail::require_option(!std::isnan(*loss), "regret_below", "loss", *loss, "a number");
        schedule.check();
    }

    template <class Search>
    bool operator()(const Search& search) const {
        check();
        if (!detail::has_belief(search)) return false;
        const auto now = search.belief();
        if (!now.keeps_guards) return false;
        return bound(search, now) <= (loss ? *loss : detail::observation_error(search, now));
    }

    /// The bound, in losses.
    ///
    /// @throws work_error when nothing was observed
    template <class Search>
    double bound(const Search& search) const {
        return bound(search, search.belief());
    }

 private:
    template <class Search, class Belief>
    double bound(const Search& search, const Belief& now) const {
        const auto& surrogate = now.surrogate;
        const std::size_t tried = now.tried.size() / surrogate.dimension();
        const double beta = schedule({0, tried - 1, surrogate.dimension(), {}, {}});
        std::vector<double> means(tried), deviations(tried);  // standardised
        surrogate.predict(now.tried, means, deviations);
        double lower = -std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < tried; ++i)
            if (now.eligible.empty()) lower = std::max(lower, means[i] - beta * deviations[i]);
        const auto answer = surrogate.predict(now.answer);
        lower = std::max(lower, answer.mean - beta * std::sqrt(answer.variance));
        const double highest =
            detail::largest_value(scheduled_confidence_bound<srinivas_schedule>{schedule}, search, now);
        const double upper = std::max(highest, answer.mean);  // the answer itself may be all that keeps the guards
        const auto& seen = surrogate.standardisation();
        return seen.score(upper) - seen.score(lower);
    }
};

/// Stops when the regret is probably small.
///
///     P(max_x f(x) - f(recommended) <= loss) >= probability
///
/// The probability is a share of joint posterior draws, at the points tried, 257 points that fill the space evenly (a
/// grid in one dimension, which makes it exact to the grid's step) and points around the recommended one. With guards
/// each draw is of them too, and its maximum over the points that keep them in it. Rounding
/// keeps regrets below some 1e-3 of the losses' deviation from being told from 0.
/// Cost: besides the fit, for m points and n observations n^2 m + m^2 draws.
/// Reference: Wilson (2024), "Stopping Bayesian optimization with probabilistic regret bounds".
struct regret_probably_below {
    std::optional<double> loss = {};  ///< nothing: the standard error of one observation
    double certainty = 0.95;          ///< probability
    std::size_t draws = 1024;         ///< of the function, that the probability is counted over

    /// @throws input_error that names the number that it cannot have
    void check() const {
        const auto require = [](bool usable, std::string_view option, auto value, std::string_view must_be) {
            detail::require_option(usable, "regret_probably_below", option, value, must_be);
        };
        if (loss) require(!std::isnan(*loss), "loss", *loss, "a number");
        require(certainty > 0 && certainty <= 1, "certainty", certainty, "above 0 and at most 1");
        require(draws > 0, "draws", draws, "1 or more");
    }

    template <class Search>
    bool operator()(const Search& search) const {
        check();
        if (!detail::has_belief(search)) return false;
        const auto now = search.belief();
        if (!now.keeps_guards) return false;
        return probability(search, now, loss ? *loss : detail::observation_error(search, now)) >= certainty;
    }

    /// The probability that the regret is at most `at_most`.
    ///
    /// @throws work_error when nothing was observed
    template <class Search>
    double probability(const Search& search, double at_most) const {
        return probability(search, search.belief(), at_most);
    }

 private:
    template <class Search, class Belief>
    double probability(const Search& search, const Belief& now, double at_most) const {
        random_engine engine = make_engine(search.options().seed, detail::stopping_stream);
        const auto points = support(search, now, engine);
        std::vector<double> normals(points.size() / now.surrogate.dimension() * draws);  // (m, draws)
        for (double& number : normals) number = normal(engine);
        const auto values = draw_jointly(now.surrogate, points, normals).values;  // (m, draws)
        const auto& seen = now.surrogate.standardisation();
        const auto kept = draw_kept(now, points, normals, engine);  // (m, draws)
        std::size_t small = 0;
        for (std::size_t s = 0; s < draws; ++s) {
            const double recommended = values[s];
            double largest = recommended;
            for (std::size_t i = s; i < values.size(); i += draws)
                if (kept.empty() || kept[i]) largest = std::max(largest, values[i]);
            if (seen.score(largest) - seen.score(recommended) <= at_most) ++small;
        }
        return static_cast<double>(small) / static_cast<double>(draws);
    }

    /// Whether each draw keeps the guards at each point (m, draws); nothing where there are no guards.
    template <class Belief>
    static std::vector<bool> draw_kept([[maybe_unused]] const Belief& now,
                                       [[maybe_unused]] std::span<const double> points,
                                       [[maybe_unused]] std::vector<double>& normals,
                                       [[maybe_unused]] random_engine& engine) {
        std::vector<bool> kept;
        if constexpr (detail::has_guards<std::remove_cvref_t<decltype(now.guards)>>)
            for (const auto& guard : now.guards.beliefs()) {
                kept.resize(normals.size(), true);
                for (double& number : normals) number = normal(engine);
                const auto drawn = draw_jointly(*guard.surrogate, points, normals).values;  // (m, draws)
                for (std::size_t i = 0; i < drawn.size(); ++i) kept[i] = kept[i] && drawn[i] >= guard.least_score;
            }
        return kept;
    }

    /// Where the best score may be (m, d), the recommended point first, then those tried.
    template <class Search, class Belief>
    static std::vector<double> support(const Search& search, const Belief& now, random_engine& engine) {
        constexpr std::size_t around = 64;
        std::vector<double> points = now.answer;
        points.insert(points.end(), now.tried.begin(), now.tried.end());
        const auto spread = even_points(search.space(), even_points_of_region, search.options().seed);
        points.insert(points.end(), spread.begin(), spread.end());
        for (std::size_t i = 0; now.surrogate.dimension() > 1 && i < around; ++i) {
            auto point = perturbed(now.answer, engine);
            search.space().project(point);
            points.insert(points.end(), point.begin(), point.end());
        }
        return points;
    }
};

/// Stops when no trial is worth its cost any more.
///
///     max_x EI(x) <= loss
///
/// EI is of the loss without noise, which a noisy trial does not show at once: under noise this stops late. With guards
/// it is multiplied by the probability of keeping them.
/// Cost: besides the fit, one acquisition maximisation.
/// Reference: Xie et al. (2025), "Cost-aware stopping for Bayesian optimization".
struct improvement_below {
    double loss = 1e-4;  ///< what one trial costs, in losses: the improvement for which it is just worth while

    /// @throws input_error where the loss is no number
    void check() const { detail::require_option(!std::isnan(loss), "improvement_below", "loss", loss, "a number"); }

    template <class Search>
    bool operator()(const Search& search) const {
        check();
        if (!detail::has_belief(search)) return false;
        const auto now = search.belief();
        return now.keeps_guards && largest(search, now) <= loss;
    }

    /// The expected improvement where it is largest, in losses.
    ///
    /// @throws work_error when nothing was observed
    template <class Search>
    double largest(const Search& search) const {
        return largest(search, search.belief());
    }

 private:
    template <class Search, class Belief>
    static double largest(const Search& search, const Belief& now) {
        const auto& seen = now.surrogate.standardisation();
        const double score = seen.score(now.surrogate.predict(now.answer).mean);
        return std::exp(detail::largest_log_improvement(search, now)) / seen.slope(score);
    }
};

}  // namespace bouillon
