// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/probability_of_improvement.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/space/affine.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/simplex.hpp>

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

// The library chooses space, kernel and acquisition at compile time. A program that lets its user choose wraps the
// choices in a type that is one of them, which is a space, a kernel, or an acquisition, like any other.

/// Any of the spaces of merge weights.
struct any_space {
    using points = std::vector<std::vector<double>>;

    std::variant<bouillon::simplex, bouillon::interval, bouillon::affine> chosen;

    void check() const {
        std::visit([](const auto& space) { space.check(); }, chosen);
    }
    std::size_t dimension() const {
        return std::visit([](const auto& space) { return space.dimension(); }, chosen);
    }
    void project(std::span<double> unit_point) const {
        std::visit([&](const auto& space) { space.project(unit_point); }, chosen);
    }
    std::size_t cube_dimension() const {
        return std::visit([](const auto& space) { return space.cube_dimension(); }, chosen);
    }
    std::vector<double> from_cube(std::span<const double> cube_point) const {
        return std::visit([&](const auto& space) { return space.from_cube(cube_point); }, chosen);
    }
    points initial_design(std::size_t n, bouillon::random_engine& engine) const {
        return std::visit([&](const auto& space) { return space.initial_design(n, engine); }, chosen);
    }
    std::vector<double> point(std::span<const double> unit_point) const {
        return std::visit([&](const auto& space) { return space.point(unit_point); }, chosen);
    }
    std::vector<double> unit_point(std::span<const double> point) const {
        return std::visit([&](const auto& space) { return space.unit_point(point); }, chosen);
    }
    std::vector<double> merge_weights(std::span<const double> point) const {
        return std::visit([&](const auto& space) { return space.merge_weights(point); }, chosen);
    }
};
static_assert(bouillon::merge_space<any_space>);

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
