// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/acquisition/formula.hpp>
#include <bouillon/acquisition/log_probability_of_improvement.hpp>
#include <bouillon/core/name_of.hpp>
#include <bouillon/core/own_check.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// Adds to another acquisition's values a formula of what is believed of each guard.
///
///     value + sum_g formula(mean_g, deviation_g),   state.best = the guard's least score
///
/// Values that are 0 or more are replaced by their logarithm first. Without guards they pass unchanged.
/// @tparam Gain the other acquisition, prepared
/// @tparam Formula by default the logarithm of the probability that a guard is kept
template <prepared_acquisition Gain, class Surrogate, acquisition_formula Formula = log_probability_of_improvement>
class prepared_guarded {
 public:
    /// @param gain the other acquisition's values; nothing: only the guards count
    /// @param nonnegative whether these are 0 or more
    /// @param guards whose surrogates are referred to
    /// @param formula of each guard
    prepared_guarded(std::optional<Gain> gain, bool nonnegative, std::span<const guard_belief<Surrogate>> guards,
                     const Formula& formula)
        : gain_(std::move(gain)), nonnegative_(nonnegative) {
        for (const auto& guard : guards)
            guards_.emplace_back(formula, *guard.surrogate, search_state{.best = guard.least_score});
    }

    /// Writes the values (m) at unit points (m, d).
    ///
    /// Cost: the other acquisition's, and a prediction by each guard's surrogate.
    void evaluate(std::span<const double> points, std::span<double> values) const {
        if (gain_)
            gain_->evaluate(points, values);
        else
            std::fill(values.begin(), values.end(), 0.0);
        if (guards_.empty()) return;
        if (gain_ && nonnegative_)
            for (double& value : values) value = std::log(std::max(value, least));
        std::vector<double> terms(values.size());  // (m)
        for (const auto& guard : guards_) {
            guard.evaluate(points, terms);
            for (std::size_t i = 0; i < values.size(); ++i) values[i] += terms[i];
        }
    }

    /// The value at one unit point (d), and its gradient (d).
    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
        double value = 0;
        if (gain_)
            value = gain_->evaluate_gradient(point, gradient);
        else
            std::fill(gradient.begin(), gradient.end(), 0.0);
        if (guards_.empty()) return value;
        if (gain_ && nonnegative_) {
            for (double& partial : gradient) partial = value > least ? partial / value : 0;
            value = std::log(std::max(value, least));
        }
        std::vector<double> slopes(gradient.size());  // (d)
        for (const auto& guard : guards_) {
            value += guard.evaluate_gradient(point, slopes);
            for (std::size_t k = 0; k < slopes.size(); ++k) gradient[k] += slopes[k];
        }
        return value;
    }

 private:
    static constexpr double least = std::numeric_limits<double>::min();  // below, a value is a plateau of zeros

    std::optional<Gain> gain_;
    bool nonnegative_;
    std::vector<prepared_formula<Formula, Surrogate>> guards_;
};

namespace detail {

/// A prepared acquisition that somebody else owns.
template <prepared_acquisition Prepared>
struct borrowed_acquisition {
    const Prepared* prepared;

    void evaluate(std::span<const double> points, std::span<double> values) const {
        prepared->evaluate(points, values);
    }
    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
        return prepared->evaluate_gradient(point, gradient);
    }
};

/// Stands for the acquisition where only guards count.
struct no_gain {
    void evaluate(std::span<const double>, std::span<double>) const {}
    double evaluate_gradient(std::span<const double>, std::span<double>) const { return 0; }
};

/// Whether a prepared acquisition says that its values are 0 or more, by a member `bool nonnegative() const`.
template <class Prepared>
bool says_nonnegative(const Prepared& prepared) {
    if constexpr (requires { prepared.nonnegative(); })
        return prepared.nonnegative();
    else
        return false;
}

/// How the guards' probability is weighed: a trial must keep every one.
inline constexpr log_probability_of_improvement kept_at_all{.margin = 0};

}  // namespace detail

/// Another acquisition where guards are to be kept: a trial is worth the less, the less it is likely to keep them.
///
///     value + sum_g log P(loss_g <= allowed_g)
///
/// by the belief of each guard's own surrogate, exact however small the probability is. It takes any form: a formula, a
/// function, also of trials that are out, or a portfolio, each of whose arms is weighed.
///
/// An expected improvement is thus multiplied by the probability. So are all acquisitions whose values are logarithms,
/// or not negative and marked as such (`nonnegative_acquisition`), of which the logarithm is taken. Any other's are
/// taken for scores, which can be negative: a confidence bound, a sample path. They are standardised, so one deviation
/// of the score weighs as much as a factor e of the probability, whatever the unit of the losses. What is marked
/// neither way and small, as an unmarked expected improvement, gives way to the guards: mark it.
///
/// Where no point tried is likely to keep the guards, there is nothing to be improved on, and the probability alone is
/// the value. Without guards the values are the other acquisition's, to the last bit.
/// `bayesian_search<simplex, guarded<log_noisy_expected_improvement>>` has a surrogate for each of `options.guards`.
/// Reference: Gardner et al. (2014), "Bayesian optimization with inequality constraints", eq. 3; Gelbart, Snoek & Adams
/// (2014), "Bayesian optimization with unknown constraints", section 3; Letham et al. (2019), "Constrained Bayesian
/// optimization with noisy experiments".
template <class Acquisition>
struct guarded {
    static constexpr bool logarithmic = logarithmic_acquisition<Acquisition>;
    static constexpr bool nonnegative = nonnegative_acquisition<Acquisition>;  ///< as the other one

    Acquisition acquisition = Acquisition{};  ///< what is worth while if the guards are kept

    /// The other acquisition's own, for whoever has no guards.
    template <class Surrogate>
    requires acquisition_formula<Acquisition> || acquisition_function<Acquisition, Surrogate>
    auto prepare(const Surrogate& surrogate, const search_state& state, random_engine& engine) const {
        return bouillon::prepare(acquisition, surrogate, state, engine);
    }

    /// The same while other trials are out.
    template <class Surrogate>
    requires pending_acquisition_function<Acquisition, Surrogate>
    auto prepare(const Surrogate& surrogate, const search_state& state, std::span<const double> pending,
                 random_engine& engine) const {
        return bouillon::prepare(acquisition, surrogate, state, pending, engine);
    }

    /// Makes it ready for one suggestion.
    /// @param surrogate what it returns refers to it
    /// @param state of the search; where it has guards and no eligible points, no point keeps them yet
    /// @param guards (guards), what it returns refers to their surrogates
    /// @param pending (p, d), unit points of the trials that are out, which the guards' surrogates believe already, and
    /// where the other acquisition is no `pending_acquisition_function` this surrogate too
    /// @param engine for what is random
    template <class Surrogate>
    requires acquisition_formula<Acquisition> || acquisition_function<Acquisition, Surrogate>
    auto prepare(const Surrogate& surrogate, const search_state& state, std::span<const guard_belief<Surrogate>> guards,
                 std::span<const double> pending, random_engine& engine) const {
        using gain = decltype(bouillon::prepare(acquisition, surrogate, state, pending, engine));
        using result = prepared_guarded<gain, Surrogate>;
        if (!guards.empty() && state.eligible.empty()) return result(std::nullopt, false, guards, detail::kept_at_all);
        auto prepared = bouillon::prepare(acquisition, surrogate, state, pending, engine);
        const bool is_nonnegative = nonnegative || detail::says_nonnegative(prepared);
        return result(std::move(prepared), is_nonnegative, guards, detail::kept_at_all);
    }

    /// The portfolio's own, for whoever has no guards.
    template <class Surrogate, class Maximize>
    requires acquisition_portfolio<Acquisition, Surrogate> std::vector<double> choose(const Surrogate& surrogate,
                                                                                      const search_state& state,
                                                                                      random_engine& engine,
                                                                                      const Maximize& maximize) {
        return acquisition.choose(surrogate, state, engine, maximize);
    }

    /// The portfolio's choice where each arm's values are weighed. What it learns of its arms has nothing to do with
    /// guards.
    ///
    /// Values are 0 or more where what the portfolio hands to `maximize` says so by a member `bool nonnegative()`, as
    /// formulas do that are marked. As long as no point keeps the guards, the portfolio is not asked.
    /// @param surrogate of the scores
    /// @param state as for `prepare`
    /// @param guards (guards)
    /// @param engine for what is random
    /// @param maximize gives the unit point (d) at which something prepared is largest
    template <class Surrogate, class Maximize>
    requires acquisition_portfolio<Acquisition, Surrogate> std::vector<double> choose(
        const Surrogate& surrogate, const search_state& state, std::span<const guard_belief<Surrogate>> guards,
        random_engine& engine, const Maximize& maximize) {
        if (guards.empty()) return acquisition.choose(surrogate, state, engine, maximize);
        if (state.eligible.empty())
            return maximize(
                prepared_guarded<detail::no_gain, Surrogate>(std::nullopt, false, guards, detail::kept_at_all));
        const auto maximize_guarded = [&]<class Prepared>(const Prepared& prepared) {
            using borrowed = detail::borrowed_acquisition<Prepared>;
            return maximize(prepared_guarded<borrowed, Surrogate>(
                borrowed{&prepared}, detail::says_nonnegative(prepared), guards, detail::kept_at_all));
        };
        return acquisition.choose(surrogate, state, engine, maximize_guarded);
    }

    /// The other acquisition's own.
    void check() const { detail::own_check(acquisition); }

    /// The other acquisition's: guards are an option of the search.
    std::string name() const { return name_of(acquisition); }
};

/// Deduces it from the argument.
template <class Acquisition>
guarded(Acquisition) -> guarded<Acquisition>;

}  // namespace bouillon
