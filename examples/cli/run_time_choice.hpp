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
#include <bouillon/kernel/ard.hpp>
#include <bouillon/kernel/hellinger.hpp>
#include <bouillon/kernel/matern12.hpp>
#include <bouillon/kernel/matern32.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/quadratic.hpp>
#include <bouillon/kernel/rational_quadratic.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/kernel/sum.hpp>
#include <bouillon/kernel/trended.hpp>
#include <bouillon/space/affine.hpp>
#include <bouillon/space/group_scaling.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/schedule.hpp>
#include <bouillon/space/simplex.hpp>

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

// The library chooses space, kernel and acquisition at compile time. A program that lets its user choose wraps the
// choices in a type that is one of them, which is a space, a kernel, or an acquisition, like any other.

/// Any of the spaces of merge weights.
struct any_space {
    using points = std::vector<std::vector<double>>;

    std::variant<bouillon::simplex, bouillon::interval, bouillon::affine, bouillon::schedule, bouillon::group_scaling>
        chosen;

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

    /// Named as the options that set them.
    std::vector<bouillon::reached_bound> reached_bounds(std::span<const double> point) const {
        auto reached = std::visit(
            [&](const auto& space) {
                if constexpr (bouillon::bounded_space<std::decay_t<decltype(space)>>)
                    return space.reached_bounds(point);
                else
                    return std::vector<bouillon::reached_bound>();
            },
            chosen);
        const bool pair = std::holds_alternative<bouillon::interval>(chosen);
        for (auto& [name, value, beyond] : reached) {
            if (name == "largest_step") name = "--step";
            if (name == "lower") name = pair ? "--alpha" : "--lower";
            if (name == "upper") name = "--upper";
            if (beyond == "search the simplex") beyond = "--space simplex has no such bound";
        }
        return reached;
    }

    std::string name() const {
        return std::visit([](const auto& space) { return space.name(); }, chosen);
    }
};
static_assert(bouillon::merge_space<any_space> && bouillon::bounded_space<any_space>);

/// Any of the kernels: as covariances, so that the choice is made once for a matrix.
struct any_kernel {
    std::variant<bouillon::ard<bouillon::matern52>, bouillon::ard<bouillon::matern32>,
                 bouillon::ard<bouillon::matern12>, bouillon::ard<bouillon::squared_exponential>,
                 bouillon::rational_quadratic, bouillon::sum<bouillon::matern52, bouillon::quadratic>,
                 bouillon::hellinger<bouillon::matern52>>
        chosen;

    std::size_t hyper_parameters(std::size_t dimension) const {
        return std::visit([=](const auto& kernel) { return kernel.hyper_parameters(dimension); }, chosen);
    }
    std::vector<bouillon::hyper_parameter_prior> prior(std::size_t dimension) const {
        return std::visit([=](const auto& kernel) { return kernel.prior(dimension); }, chosen);
    }
    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        return std::visit([&](const auto& kernel) { return kernel(x, y, logs); }, chosen);
    }
    void fill(std::size_t dimension, std::span<const double> points, std::span<const double> others,
              std::span<const double> logs, std::span<double> out) const {
        std::visit([&](const auto& kernel) { kernel.fill(dimension, points, others, logs, out); }, chosen);
    }
    void fill_lower(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                    std::span<double> out) const {
        std::visit([&](const auto& kernel) { kernel.fill_lower(dimension, points, logs, out); }, chosen);
    }
    void contract_gradient(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                           std::span<double> weights, std::span<double> gradient) const {
        std::visit([&](const auto& kernel) { kernel.contract_gradient(dimension, points, logs, weights, gradient); },
                   chosen);
    }
    void fill_point_gradients(std::span<const double> x, std::span<const double> points, std::span<const double> logs,
                              std::span<double> out) const {
        std::visit([&](const auto& kernel) { kernel.fill_point_gradients(x, points, logs, out); }, chosen);
    }

    std::string name() const {
        return std::visit([](const auto& kernel) { return kernel.name(); }, chosen);
    }
};
static_assert(bouillon::batched_kernel<any_kernel> && bouillon::kernel_with_prior<any_kernel>);

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

    std::string name() const {
        return std::visit([](const auto& formula) { return formula.name(); }, chosen);
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

/// Any of the acquisitions that are no portfolio. The program has one trial out at a time, so none is told of others.
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

    std::string name() const {
        return std::visit([](const auto& acquisition) { return acquisition.name(); }, chosen);
    }
};

/// The portfolio of the paper that bouillon starts from.
using hedge = bouillon::gp_hedge<bouillon::expected_improvement, bouillon::probability_of_improvement,
                                 bouillon::upper_confidence_bound>;

inline const std::set<std::string> kernel_names = {
    "auto",     "matern52", "matern32", "matern12", "squared-exponential", "rational-quadratic", "matern52+quadratic",
    "hellinger"};
inline const std::set<std::string> acquisition_names = {
    "log-nei", "log-ei", "ei", "log-pi", "pi", "ucb", "thompson", "knowledge-gradient", "gp-hedge"};

/// The name of what a search in so many dimensions takes unless told otherwise.
inline std::string default_kernel(std::size_t dimension) {
    return dimension > bouillon::trended<bouillon::matern52>::few_dimensions ? "matern52+quadratic" : "matern52";
}

inline any_kernel make_kernel(const std::string& name) {
    if (name == "matern32") return {bouillon::ard<bouillon::matern32>{}};
    if (name == "matern12") return {bouillon::ard<bouillon::matern12>{}};
    if (name == "squared-exponential") return {bouillon::ard<bouillon::squared_exponential>{}};
    if (name == "rational-quadratic") return {bouillon::rational_quadratic{}};
    if (name == "matern52+quadratic") return {bouillon::sum<bouillon::matern52, bouillon::quadratic>{}};
    if (name == "hellinger") return {bouillon::hellinger<bouillon::matern52>{}};
    return {bouillon::ard<bouillon::matern52>{}};
}

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
