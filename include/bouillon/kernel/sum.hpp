// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/name_of.hpp>
#include <bouillon/core/own_check.hpp>
#include <bouillon/kernel/concept.hpp>
#include <bouillon/kernel/covariance.hpp>
#include <bouillon/kernel/parts.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace bouillon {

/// The sum of kernels: functions that are sums of independent parts, such as a trend and what departs from it.
///
///     k(x, y) = k_1(x, y) + e^a_2 k_2(x, y) + e^a_3 k_3(x, y) + ...
///
/// Stationary profiles get length scales of their own. The surrogate's signal variance is the first term's, a_i the
/// logarithm of another term's share of it.
/// Hyper-parameters: those of k_1, a_2, those of k_2, a_3, ... Cost: its terms' and one product of matrices by
/// elements.
template <surrogate_kernel... Kernels>
requires(sizeof...(Kernels) >= 2) struct sum {
    std::tuple<detail::covariance_of<Kernels>...> parts;  ///< the terms

    sum() = default;
    /// Takes the terms, profiles or covariances.
    explicit sum(Kernels... kernels) : parts(as_covariance(std::move(kernels))...) {}

    std::size_t hyper_parameters(std::size_t dimension) const {
        std::size_t total = sizeof...(Kernels) - 1;
        visit(dimension, [&](const auto&, std::size_t, std::size_t count) { total += count; });
        return total;
    }

    /// The terms' own; shares from a thousandth to a thousand, 1 before there are data.
    std::vector<hyper_parameter_prior> prior(std::size_t dimension) const {
        std::vector<hyper_parameter_prior> priors;
        visit(dimension, [&](const auto& part, std::size_t first, std::size_t) {
            if (first > 0) priors.emplace_back();
            const auto own = detail::prior_of(part, dimension);
            priors.insert(priors.end(), own.begin(), own.end());
        });
        return priors;
    }

    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        double value = 0;
        visit(x.size(), [&](const auto& part, std::size_t first, std::size_t count) {
            value += share(logs, first) * part(x, y, logs.subspan(first, count));
        });
        return value;
    }

    void fill(std::size_t dimension, std::span<const double> points, std::span<const double> others,
              std::span<const double> logs, std::span<double> covariances) const {
        add_terms(dimension, logs, covariances, [&](const auto& part, auto own, std::span<double> term) {
            detail::fill_covariance(part, dimension, points, others, own, term);
        });
    }

    void fill_lower(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                    std::span<double> covariances) const {
        add_terms(dimension, logs, covariances, [&](const auto& part, auto own, std::span<double> term) {
            detail::fill_covariance_lower(part, dimension, points, own, term);
        });
    }

    void fill_point_gradients(std::span<const double> x, std::span<const double> points, std::span<const double> logs,
                              std::span<double> gradients) const {
        add_terms(x.size(), logs, gradients, [&](const auto& part, auto own, std::span<double> term) {
            detail::fill_point_gradients(part, x, points, own, term);
        });
    }

    void contract_gradient(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                           std::span<double> weights, std::span<double> gradient) const {
        const std::size_t n = points.size() / dimension;
        std::vector<double> scratch(n * n);
        visit(dimension, [&](const auto& part, std::size_t first, std::size_t count) {
            const auto own = logs.subspan(first, count);
            const auto by_own = gradient.subspan(first, count);
            if (first > 0) {
                detail::fill_covariance_lower(part, dimension, points, own, scratch);
                gradient[first - 1] = share(logs, first) * contract_lower(n, weights, scratch);
            }
            scratch.assign(weights.begin(), weights.end());
            detail::contract_covariance_gradient(part, dimension, points, own, scratch, by_own);
            for (double& slope : by_own) slope *= share(logs, first);
        });
    }

    /// The parts' own.
    void check() const { detail::own_checks(parts); }

    std::string name() const {
        return std::apply([](const auto&... part) { return name_of_composite("sum", part...); }, parts);
    }

 private:
    template <class Function>
    void visit(std::size_t dimension, Function&& function) const {
        detail::visit_parts(parts, dimension, 1, function);
    }

    /// e^a of the term whose hyper-parameters begin at number `first`.
    static double share(std::span<const double> logs, std::size_t first) {
        return first == 0 ? 1 : std::exp(logs[first - 1]);
    }

    /// Adds up what the terms are.
    /// @param write called with a part, its hyper-parameters and an array like `total`, for each part
    template <class Write>
    void add_terms(std::size_t dimension, std::span<const double> logs, std::span<double> total, Write&& write) const {
        std::vector<double> term;
        visit(dimension, [&](const auto& part, std::size_t first, std::size_t count) {
            const auto own = logs.subspan(first, count);
            if (first == 0) return write(part, own, total);
            term.resize(total.size());
            write(part, own, term);
            const double factor = share(logs, first);
            for (std::size_t i = 0; i < total.size(); ++i) total[i] += factor * term[i];
        });
    }

    /// The sum of W_ab K_ab over symmetric matrices (n, n) of which the lower triangles are given.
    static double contract_lower(std::size_t n, std::span<const double> w, std::span<const double> k) {
        double total = 0;
        for (std::size_t a = 0; a < n; ++a) {
            for (std::size_t b = 0; b < a; ++b) total += 2 * w[a * n + b] * k[a * n + b];
            total += w[a * n + a] * k[a * n + a];
        }
        return total;
    }
};

}  // namespace bouillon
