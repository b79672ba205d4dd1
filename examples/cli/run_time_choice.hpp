// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/probability_of_improvement.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/squared_exponential.hpp>

#include <set>
#include <string>
#include <variant>

// The library chooses kernel and acquisition at compile time. A program that lets its user choose wraps the choices in
// a type that is one of them, which is a kernel, or an acquisition, like any other.

/// Any of the stationary kernels.
struct any_kernel {
    std::variant<bouillon::matern52, bouillon::squared_exponential> chosen;

    double operator()(double r2) const {
        return std::visit([r2](const auto& kernel) { return kernel(r2); }, chosen);
    }
    double derivative(double r2) const {
        return std::visit([r2](const auto& kernel) { return kernel.derivative(r2); }, chosen);
    }
};

/// Any of the acquisition formulas.
struct any_formula {
    std::variant<bouillon::log_expected_improvement, bouillon::expected_improvement,
                 bouillon::probability_of_improvement, bouillon::upper_confidence_bound>
        chosen;

    template <class Real>
    Real operator()(Real mean, Real deviation, const bouillon::search_state& state) const {
        return std::visit([&](const auto& formula) -> Real { return formula(mean, deviation, state); }, chosen);
    }
};

inline const std::set<std::string> kernel_names = {"matern52", "squared-exponential"};
inline const std::set<std::string> acquisition_names = {"log-ei", "ei", "pi", "ucb", "gp-hedge"};

inline any_kernel make_kernel(const std::string& name) {
    if (name == "squared-exponential") return {bouillon::squared_exponential{}};
    return {bouillon::matern52{}};
}

inline any_formula make_formula(const std::string& name) {
    if (name == "ei") return {bouillon::expected_improvement{}};
    if (name == "pi") return {bouillon::probability_of_improvement{}};
    if (name == "ucb") return {bouillon::upper_confidence_bound{}};
    return {bouillon::log_expected_improvement{}};
}
