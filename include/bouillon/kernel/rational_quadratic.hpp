// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/require_option.hpp>
#include <bouillon/kernel/ard.hpp>
#include <bouillon/kernel/concept.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// The rational quadratic profile of a fixed shape.
///
///     k(r) = (1 + r2 / (2 shape))^-shape,   r2 = r^2 in length scales
///
/// Reference: Rasmussen and Williams (2006), eq. 4.19.
struct rational_quadratic_profile {
    double shape = 1;  ///< above 0

    double operator()(double r2) const { return std::exp(-shape * std::log1p(r2 / (2 * shape))); }
    /// d k / d r2 = -1/2 (1 + r2 / (2 shape))^-(shape + 1)
    double derivative(double r2) const { return -0.5 * std::exp(-(shape + 1) * std::log1p(r2 / (2 * shape))); }

    /// @throws input_error where the shape is none
    void check() const {
        detail::require_option(shape > 0 && std::isfinite(shape), "rational_quadratic_profile", "shape", shape,
                               "above 0 and finite");
    }

    std::string name() const { return "rational_quadratic_profile"; }
};

static_assert(stationary_kernel<rational_quadratic_profile>);

/// Rational quadratic covariance with one length scale for each coordinate: a mixture of squared exponentials of many
/// length scales, for functions that vary at several.
///
///     k(x, y) = (1 + r^2 / (2 shape))^-shape,   r^2 = sum_j (x_j - y_j)^2 / l_j^2
///
/// Its shape is fitted like the length scales: the larger, the nearer to the squared exponential.
/// Hyper-parameters: ln l_j (dimension), ln shape. Shapes and costs are those of `ard`.
/// Reference: Rasmussen and Williams (2006), eq. 4.19.
struct rational_quadratic {
    std::size_t hyper_parameters(std::size_t dimension) const { return dimension + 1; }

    /// The length scales' own, and a shape of about 1, from 0.01 to 1000.
    std::vector<hyper_parameter_prior> prior(std::size_t dimension) const {
        auto priors = ard<rational_quadratic_profile>{}.prior(dimension);
        priors.push_back({.lower = std::log(0.01), .upper = std::log(1000)});
        return priors;
    }

    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        return of_shape(logs)(x, y, scales(logs));
    }
    void fill(std::size_t dimension, std::span<const double> points, std::span<const double> others,
              std::span<const double> logs, std::span<double> covariances) const {
        of_shape(logs).fill(dimension, points, others, scales(logs), covariances);
    }
    void fill_lower(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                    std::span<double> covariances) const {
        of_shape(logs).fill_lower(dimension, points, scales(logs), covariances);
    }
    void fill_point_gradients(std::span<const double> x, std::span<const double> points, std::span<const double> logs,
                              std::span<double> gradients) const {
        of_shape(logs).fill_point_gradients(x, points, scales(logs), gradients);
    }
    void contract_gradient(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                           std::span<double> weights, std::span<double> gradient) const {
        gradient.back() = contract_shape(points, logs, weights);
        of_shape(logs).contract_gradient(dimension, points, scales(logs), weights, gradient.first(dimension));
    }

    std::string name() const { return "rational_quadratic"; }

 private:
    static ard<rational_quadratic_profile> of_shape(std::span<const double> logs) { return {{std::exp(logs.back())}}; }
    static std::span<const double> scales(std::span<const double> logs) { return logs.first(logs.size() - 1); }

    /// sum_ab W_ab d k / d ln shape,  d k / d ln shape = shape k (t / (1 + t) - ln(1 + t)),  t = r^2 / (2 shape)
    static double contract_shape(std::span<const double> points, std::span<const double> logs,
                                 std::span<const double> weights) {
        const detail::scaled_points z(points, scales(logs));
        const double shape = std::exp(logs.back());
        std::vector<double> r2(z.size);  // (n)
        double sum = 0;
        for (std::size_t a = 0; a < z.size; ++a) {
            z.squared_distances(z, a, std::span(r2).first(a));
            for (std::size_t b = 0; b < a; ++b) {
                const double t = r2[b] / (2 * shape), log = std::log1p(t);
                sum += 2 * weights[a * z.size + b] * shape * std::exp(-shape * log) * (t / (1 + t) - log);
            }
        }
        return sum;
    }
};

static_assert(batched_kernel<rational_quadratic> && kernel_with_prior<rational_quadratic>);

}  // namespace bouillon
