// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/name_of.hpp>
#include <bouillon/core/own_check.hpp>
#include <bouillon/kernel/concept.hpp>
#include <bouillon/kernel/covariance.hpp>
#include <bouillon/kernel/parts.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace bouillon {

/// The product of kernels: points are similar where every factor says so.
///
///     k(x, y) = k_1(x, y) k_2(x, y) ...
///
/// Stationary profiles get length scales of their own.
/// Hyper-parameters: those of k_1, those of k_2, ... Cost: its factors' and products of their matrices by elements.
template <surrogate_kernel... Kernels>
requires(sizeof...(Kernels) >= 2) struct product {
    std::tuple<detail::covariance_of<Kernels>...> parts;  ///< the factors

    product() = default;
    /// Takes the factors, profiles or covariances.
    explicit product(Kernels... kernels) : parts(as_covariance(std::move(kernels))...) {}

    std::size_t hyper_parameters(std::size_t dimension) const {
        std::size_t total = 0;
        visit(dimension, [&](const auto&, std::size_t, std::size_t count) { total += count; });
        return total;
    }

    /// The factors' own.
    std::vector<hyper_parameter_prior> prior(std::size_t dimension) const {
        std::vector<hyper_parameter_prior> priors;
        visit(dimension, [&](const auto& part, std::size_t, std::size_t) {
            const auto own = detail::prior_of(part, dimension);
            priors.insert(priors.end(), own.begin(), own.end());
        });
        return priors;
    }

    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        double value = 1;
        visit(x.size(), [&](const auto& part, std::size_t first, std::size_t count) {
            value *= part(x, y, logs.subspan(first, count));
        });
        return value;
    }

    void fill(std::size_t dimension, std::span<const double> points, std::span<const double> others,
              std::span<const double> logs, std::span<double> covariances) const {
        std::ranges::fill(covariances, 1.0);
        const auto factors =
            factor_matrices(dimension, logs, covariances.size(), [&](const auto& part, auto own, auto factor) {
                detail::fill_covariance(part, dimension, points, others, own, factor);
            });
        multiply_by(factors, none, covariances);
    }

    void fill_lower(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                    std::span<double> covariances) const {
        const std::size_t n = points.size() / dimension;
        auto factors = lower_factors(dimension, points, logs);
        multiply_by(factors, 0, factors[0]);
        for (std::size_t a = 0; a < n; ++a) std::copy_n(factors[0].begin() + a * n, a + 1, covariances.begin() + a * n);
    }

    void fill_point_gradients(std::span<const double> x, std::span<const double> points, std::span<const double> logs,
                              std::span<double> gradients) const {
        const std::size_t d = x.size(), n = points.size() / d;
        const auto factors = factor_matrices(d, logs, n, [&](const auto& part, auto own, auto factor) {
            detail::fill_covariance(part, d, x, points, own, factor);
        });
        std::vector<double> slopes(n * d), rest(n);
        std::ranges::fill(gradients, 0.0);
        std::size_t index = 0;
        visit(d, [&](const auto& part, std::size_t first, std::size_t count) {
            detail::fill_point_gradients(part, x, points, logs.subspan(first, count), slopes);
            std::ranges::fill(rest, 1.0);
            multiply_by(factors, index++, rest);
            for (std::size_t i = 0; i < gradients.size(); ++i) gradients[i] += rest[i / d] * slopes[i];
        });
    }

    void contract_gradient(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                           std::span<double> weights, std::span<double> gradient) const {
        const auto factors = lower_factors(dimension, points, logs);
        std::vector<double> scratch;  // (n, n)
        std::size_t index = 0;
        visit(dimension, [&](const auto& part, std::size_t first, std::size_t count) {
            scratch.assign(weights.begin(), weights.end());
            multiply_by(factors, index++, scratch);
            detail::contract_covariance_gradient(part, dimension, points, logs.subspan(first, count), scratch,
                                                 gradient.subspan(first, count));
        });
    }

    /// The parts' own.
    void check() const { detail::own_checks(parts); }

    std::string name() const {
        return std::apply([](const auto&... part) { return name_of_composite("product", part...); }, parts);
    }

 private:
    using matrices = std::array<std::vector<double>, sizeof...(Kernels)>;
    static constexpr std::size_t none = sizeof...(Kernels);

    template <class Function>
    void visit(std::size_t dimension, Function&& function) const {
        detail::visit_parts(parts, dimension, 0, function);
    }

    /// What the factors are.
    /// @param write called with a part, its hyper-parameters and an array of that size, for each part
    template <class Write>
    matrices factor_matrices(std::size_t dimension, std::span<const double> logs, std::size_t size,
                             Write&& write) const {
        matrices factors;
        std::size_t index = 0;
        visit(dimension, [&](const auto& part, std::size_t first, std::size_t count) {
            factors[index].resize(size);
            write(part, logs.subspan(first, count), std::span(factors[index++]));
        });
        return factors;
    }

    /// (n, n) each, of which the lower triangle counts.
    matrices lower_factors(std::size_t dimension, std::span<const double> points, std::span<const double> logs) const {
        const std::size_t n = points.size() / dimension;
        return factor_matrices(dimension, logs, n * n, [&](const auto& part, auto own, auto factor) {
            detail::fill_covariance_lower(part, dimension, points, own, factor);
        });
    }

    /// Multiplies by all factors but one, element by element.
    static void multiply_by(const matrices& factors, std::size_t but, std::span<double> values) {
        for (std::size_t j = 0; j < factors.size(); ++j)
            for (std::size_t i = 0; j != but && i < values.size(); ++i) values[i] *= factors[j][i];
    }
};

}  // namespace bouillon
