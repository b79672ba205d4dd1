// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/core/name_of.hpp>
#include <bouillon/core/own_check.hpp>
#include <bouillon/core/require_option.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <numbers>
#include <string>

namespace bouillon {

/// How many standard deviations a confidence bound lies above the mean, by the state of the search.
template <class S>
concept confidence_schedule = std::copy_constructible<S> && requires(const S schedule, const search_state& state) {
    { schedule(state) } -> std::convertible_to<double>;
};

/// The score that a trial may well reach, where what is meant by "well" changes as the search goes on.
///
///     UCB = mean + beta_t deviation
///
/// Reference: Srinivas et al. (2010), eq. 6.
template <confidence_schedule Schedule>
struct scheduled_confidence_bound {
    Schedule schedule = {};  ///< gives the standard deviations above the mean

    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state& state) const {
        return mean + static_cast<double>(schedule(state)) * deviation;
    }

    /// The schedule's own.
    void check() const { detail::own_check(schedule); }

    std::string name() const { return name_of_composite("scheduled_confidence_bound", schedule); }
};

/// Dragonfly's schedule, small enough to be of use.
///
///     beta = sqrt(0.2 d ln(2 d t + 1)),   t = 1, 2, ...
///
/// Reference: Kandasamy et al. (2020), "Dragonfly".
struct dragonfly_schedule {
    double operator()(const search_state& state) const {
        const auto d = static_cast<double>(state.dimension), t = static_cast<double>(state.trial + 1);
        return std::sqrt(0.2 * d * std::log(2 * d * t + 1));
    }

    std::string name() const { return "dragonfly"; }
};

/// The schedule for which the regret was bounded, with its authors' factor 1/5.
///
///     beta = sqrt(2 ln(d t^2 pi^2 / (6 delta)) / 5)
///
/// Reference: Srinivas et al. (2010), theorem 1 for d points.
struct srinivas_schedule {
    double delta = 0.1;  ///< probability with which the bound may fail at any time

    double operator()(const search_state& state) const {
        const auto d = static_cast<double>(state.dimension), t = static_cast<double>(state.trial + 1);
        return std::sqrt(0.4 * std::log(d * t * t * std::numbers::pi * std::numbers::pi / (6 * delta)));
    }

    /// @throws input_error where delta is no probability between 0 and 1
    void check() const {
        detail::require_option(delta > 0 && delta < 1, "srinivas_schedule", "delta", delta, "between 0 and 1");
    }

    std::string name() const { return "srinivas"; }
};

/// The schedule of Brochu's tutorial.
///
///     beta = sqrt(2 ln(t^(d/2 + 2) pi^2 / (3 delta)))
///
/// Reference: Brochu, Cora & de Freitas (2010).
struct brochu_schedule {
    double delta = 0.1;  ///< probability with which the bound may fail at any time

    double operator()(const search_state& state) const {
        const auto d = static_cast<double>(state.dimension), t = static_cast<double>(state.trial + 1);
        const double constant = std::log(std::numbers::pi * std::numbers::pi / (3 * delta));
        return std::sqrt(2 * ((0.5 * d + 2) * std::log(t) + constant));
    }

    /// @throws input_error where delta is no probability between 0 and 1
    void check() const {
        detail::require_option(delta > 0 && delta < 1, "brochu_schedule", "delta", delta, "between 0 and 1");
    }

    std::string name() const { return "brochu"; }
};

/// HEBO's schedule, as its program has it.
///
///     beta = sqrt((d/2 + 2) ln t + ln(pi^2 / delta))
///
/// Reference: Cowen-Rivers et al. (2022), "HEBO".
struct hebo_schedule {
    double delta = 0.01;  ///< probability with which the bound may fail at any time

    double operator()(const search_state& state) const {
        const auto d = static_cast<double>(state.dimension), t = static_cast<double>(state.trial + 1);
        return std::sqrt((0.5 * d + 2) * std::log(t) + std::log(std::numbers::pi * std::numbers::pi / delta));
    }

    /// @throws input_error where delta is no probability between 0 and 1
    void check() const {
        detail::require_option(delta > 0 && delta < 1, "hebo_schedule", "delta", delta, "between 0 and 1");
    }

    std::string name() const { return "hebo"; }
};

static_assert(acquisition_formula<scheduled_confidence_bound<dragonfly_schedule>>);
static_assert(acquisition_formula<scheduled_confidence_bound<srinivas_schedule>>);
static_assert(acquisition_formula<scheduled_confidence_bound<brochu_schedule>>);
static_assert(acquisition_formula<scheduled_confidence_bound<hebo_schedule>>);

}  // namespace bouillon
