// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/acquisition/formula.hpp>
#include <bouillon/core/name_of.hpp>
#include <bouillon/core/own_check.hpp>
#include <bouillon/core/require_option.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace bouillon {

/// How a hedge turns rewards into probabilities.
///
/// The default learns whatever the scale of the scores:
///
///     gain = sum_t discount^(T - t) mean_T(nominee_t),   p = softmax(eta (gain - max) / (max - min))
///
/// with every round's reward taken anew under the current surrogate T. Reference: Vasconcelos et al. (2019).
struct hedge_policy {
    double eta = 4;          ///< how much likelier an arm of larger gain is
    double discount = 0.7;   ///< of a gain, each round
    bool normalised = true;  ///< false: gains add up raw, in the scores' own unit, and p = softmax(eta gain)
};

/// Refuses numbers that make no probabilities.
///
/// @throws input_error that names the option and its value
inline void check(const hedge_policy& policy) {
    detail::require_option(policy.eta >= 0 && std::isfinite(policy.eta), "hedge_policy", "eta", policy.eta,
                           "0 or more and finite");
    detail::require_option(policy.discount >= 0 && policy.discount <= 1, "hedge_policy", "discount", policy.discount,
                           "from 0 to 1");
}

/// The policy of the paper: every round's rewards are added once, as they stand after that round's observation.
///
/// Reference: Hoffman, Brochu & de Freitas (2011), algorithm 2.
inline constexpr hedge_policy paper_hedge_policy{.eta = 1, .discount = 1, .normalised = false};

/// Probability of each arm, given its gain.
///
/// Non-negative, sums to one, follows a permutation of the arms.
template <std::size_t Arms>
std::array<double, Arms> hedge_probabilities(const std::array<double, Arms>& gains, const hedge_policy& policy) {
    const auto [smallest, largest] = std::minmax_element(gains.begin(), gains.end());
    const double range = *largest - *smallest;
    const double unit = policy.normalised && range > 0 ? range : 1;
    std::array<double, Arms> probabilities{};
    double sum = 0;
    for (std::size_t i = 0; i < Arms; ++i)
        sum += probabilities[i] = std::exp(policy.eta * (gains[i] - *largest) / unit);
    for (double& probability : probabilities) probability /= sum;
    return probabilities;
}

/// A portfolio of acquisitions: each arm nominates its own maximiser, one nominee is drawn by the arms' probabilities,
/// and after the next observation all arms are rewarded with the posterior mean at what they nominated.
///
/// Cost: one maximisation an arm.
/// Reference: Hoffman, Brochu & de Freitas (2011), algorithm 2; numbers in `hedge_policy`.
/// @tparam Arms formulas or acquisition functions
template <class... Arms>
class gp_hedge {
 public:
    static constexpr std::size_t arms = sizeof...(Arms);  ///< How many arms there are.
    static_assert(arms > 0, "gp_hedge needs at least one acquisition to choose from");

    /// Whether each arm can nominate by itself; a portfolio as an arm cannot.
    template <class Surrogate>
    static constexpr bool arms_fit = ((acquisition_formula<Arms> || acquisition_function<Arms, Surrogate>)&&...);

    /// @throws input_error for a policy that `check` refuses
    explicit gp_hedge(hedge_policy policy = {}) : policy_(policy) { bouillon::check(policy_); }

    /// The same with arms that have numbers of their own.
    gp_hedge(hedge_policy policy, Arms... acquisitions) : policy_(policy), acquisitions_(std::move(acquisitions)...) {
        bouillon::check(policy_);
        check();
    }

    /// The arms' own checks.
    void check() const { detail::own_checks(acquisitions_); }

    /// Rewards the last round under the surrogate as it is now, then chooses among the arms' new nominees.
    template <class Surrogate, class Maximize>
    std::vector<double> choose(const Surrogate& surrogate, const search_state& state, random_engine& engine,
                               const Maximize& maximize) requires arms_fit<Surrogate> {
        reward(surrogate);
        const auto nominees = std::apply(
            [&](const Arms&... arm) {
                return std::array<std::vector<double>, arms>{maximize(prepare(arm, surrogate, state, engine))...};
            },
            acquisitions_);
        for (const auto& nominee : nominees) nominees_.insert(nominees_.end(), nominee.begin(), nominee.end());

        const auto probability = probabilities();
        double left = uniform(engine);
        std::size_t chosen = 0;
        while (chosen + 1 < arms && left >= probability[chosen]) left -= probability[chosen++];
        return nominees[chosen];
    }

    /// (arms), as the policy sums up rewards.
    const std::array<double, arms>& gains() const { return gains_; }

    /// (arms), of the next draw.
    std::array<double, arms> probabilities() const { return hedge_probabilities(gains_, policy_); }

    std::string name() const {
        return std::apply([](const Arms&... arm) { return name_of_composite("gp_hedge", arm...); }, acquisitions_);
    }

 private:
    template <class Surrogate>
    void reward(const Surrogate& surrogate) {
        const std::size_t rounds = nominees_.size() / (arms * surrogate.dimension());
        std::vector<double> means(rounds * arms);       // (rounds, arms), standardised
        std::vector<double> deviations(rounds * arms);  // (rounds, arms)
        if (rounds == 0) return;
        surrogate.predict(nominees_, means, deviations);
        if (policy_.normalised) gains_.fill(0);
        const std::size_t first = policy_.normalised ? 0 : rounds - 1;
        for (std::size_t round = first; round < rounds; ++round)
            for (std::size_t arm = 0; arm < arms; ++arm) {
                const double mean = means[round * arms + arm];
                const double reward = policy_.normalised ? mean : surrogate.standardisation().score(mean);
                gains_[arm] = policy_.discount * gains_[arm] + reward;
            }
    }

    hedge_policy policy_;
    std::tuple<Arms...> acquisitions_;
    std::vector<double> nominees_;  // (rounds, arms, d), unit points
    std::array<double, arms> gains_ = {};
};

}  // namespace bouillon
