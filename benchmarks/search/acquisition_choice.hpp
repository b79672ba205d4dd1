// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/log_knowledge_gradient.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/acquisition/log_probability_of_improvement.hpp>
#include <bouillon/acquisition/probability_of_improvement.hpp>
#include <bouillon/acquisition/thompson_sampling.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>

#include <set>
#include <span>
#include <string>
#include <variant>

/// Any of the acquisition formulas.
struct any_formula {
    std::variant<bouillon::log_expected_improvement, bouillon::expected_improvement,
                 bouillon::probability_of_improvement, bouillon::log_probability_of_improvement,
                 bouillon::upper_confidence_bound>
        chosen;

    template <class Real>
    Real operator()(Real mean, Real deviation, const bouillon::search_state& state) const {
        return std::visit([&](const auto& formula) -> Real { return formula(mean, deviation, state); }, chosen);
    }
};

/// Whichever acquisition was prepared.
template <class... Prepared>
struct any_prepared {
    std::variant<Prepared...> chosen;

    void evaluate(std::span<const double> points, std::span<double> values) const {
        std::visit([&](const auto& prepared) { prepared.evaluate(points, values); }, chosen);
    }
    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
        return std::visit([&](const auto& prepared) { return prepared.evaluate_gradient(point, gradient); }, chosen);
    }
};

/// Any of the acquisitions that are no portfolio. None is told of trials that are out: the search lets the surrogate
/// believe in them.
struct any_acquisition {
    std::variant<any_formula, bouillon::log_noisy_expected_improvement, bouillon::log_knowledge_gradient,
                 bouillon::thompson_sampling>
        chosen;

    template <class Surrogate>
    auto prepare(const Surrogate& surrogate, const bouillon::search_state& state,
                 bouillon::random_engine& engine) const {
        using prepared =
            any_prepared<bouillon::prepared_formula<any_formula, Surrogate>,
                         bouillon::prepared_noisy_improvement<Surrogate>,
                         bouillon::prepared_knowledge_gradient<Surrogate>, bouillon::sample_path<Surrogate>>;
        return std::visit(
            [&](const auto& acquisition) { return prepared{bouillon::prepare(acquisition, surrogate, state, engine)}; },
            chosen);
    }
};

/// The portfolio of the paper that bouillon starts from.
using hedge = bouillon::gp_hedge<bouillon::expected_improvement, bouillon::probability_of_improvement,
                                 bouillon::upper_confidence_bound>;

inline const std::set<std::string> acquisition_names = {
    "log-nei", "log-ei", "ei", "log-pi", "pi", "ucb", "thompson", "knowledge-gradient", "gp-hedge"};

inline any_acquisition make_acquisition(const std::string& name) {
    if (name == "log-nei") return {bouillon::log_noisy_expected_improvement{}};
    if (name == "thompson") return {bouillon::thompson_sampling{}};
    if (name == "knowledge-gradient") return {bouillon::log_knowledge_gradient{}};
    if (name == "ei") return {any_formula{bouillon::expected_improvement{}}};
    if (name == "pi") return {any_formula{bouillon::probability_of_improvement{}}};
    if (name == "log-pi") return {any_formula{bouillon::log_probability_of_improvement{}}};
    if (name == "ucb") return {any_formula{bouillon::upper_confidence_bound{}}};
    return {any_formula{bouillon::log_expected_improvement{}}};
}
