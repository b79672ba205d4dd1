// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/kernel/concept.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// A stationary profile with one length scale for each coordinate (automatic relevance determination):
/// k(x, y) = profile(r^2),  r^2 = sum_j (x_j - y_j)^2 / l_j^2.  The hyper-parameters are the log length scales ln l_j.
///
/// Shapes below: points (n, dimension), others (m, dimension), log_length_scales (dimension); matrices are row-major.
template <stationary_kernel Profile>
struct ard {
    Profile profile = {};

    std::size_t hyper_parameters(std::size_t dimension) const { return dimension; }

    /// Length scales grow with the square root of the dimension, as distances do: ln l is normal with deviation sqrt(3)
    /// about the mode of LogNormal(sqrt(2) + ln(dimension)/2, sqrt(3)), 0.2 in one dimension; l >= 0.025.
    /// Reference: Hvarfner, Hellsten and Nardi (2024), "Vanilla Bayesian optimization performs great in high
    /// dimensions".
    std::vector<hyper_parameter_prior> prior(std::size_t dimension) const {
        const double mode = std::numbers::sqrt2 + 0.5 * std::log(static_cast<double>(dimension)) - 3;
        return std::vector<hyper_parameter_prior>(dimension, {.mean = mode, .lower = std::log(0.025)});
    }

    double operator()(std::span<const double> x, std::span<const double> y,
                      std::span<const double> log_length_scales) const {
        double r2 = 0;
        for (std::size_t j = 0; j < x.size(); ++j) {
            const double difference = (x[j] - y[j]) * std::exp(-log_length_scales[j]);
            r2 += difference * difference;
        }
        return profile(r2);
    }

    /// Fills out (n, m) with the covariances between points and others.
    void fill(std::span<const double> points, std::span<const double> others, std::span<const double> log_length_scales,
              std::span<double> out) const {
        const std::size_t m = others.size() / log_length_scales.size();
        fill_squared_distances(
            points, others, log_length_scales, [m](std::size_t) { return m; }, out);
        for (double& value : out) value = profile(value);
    }

    /// Fills the lower triangle of out (n, n) with the covariances among points; the rest is left as it is.
    void fill_lower(std::span<const double> points, std::span<const double> log_length_scales,
                    std::span<double> out) const {
        const std::size_t n = points.size() / log_length_scales.size();
        fill_squared_distances(
            points, points, log_length_scales, [](std::size_t a) { return a + 1; }, out);
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b <= a; ++b) out[a * n + b] = profile(out[a * n + b]);
    }

    /// gradient_j = sum_ab W_ab dk(x_a, x_b)/d ln l_j,  over all ordered pairs, for a symmetric W whose lower triangle
    /// is read: weights (n, n). With G_ab = -2 W_ab profile'(r_ab^2) this is 2 [sum_a x_aj^2 sum_b G_ab - x_j' G x_j] /
    /// l_j^2, so one product G X serves all coordinates.
    void contract_gradient(std::span<const double> points, std::span<const double> log_length_scales,
                           std::span<const double> weights, std::span<double> gradient) const {
        const std::size_t d = log_length_scales.size(), n = points.size() / d;
        std::vector<double> g(n * n), sums(n), products(n * d);
        fill_squared_distances(
            points, points, log_length_scales, [](std::size_t a) { return a; }, g);
        for (std::size_t a = 0; a < n; ++a) {
            for (std::size_t b = 0; b < a; ++b) {
                const double value = -2 * weights[a * n + b] * profile.derivative(g[a * n + b]);
                g[a * n + b] = g[b * n + a] = value;
                sums[a] += value;
                sums[b] += value;
            }
            g[a * n + a] = 0;
        }
        detail::gemm(false, false, n, d, n, 1.0, g.data(), n, points.data(), d, 0.0, products.data(), d);
        std::fill(gradient.begin(), gradient.end(), 0.0);
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t j = 0; j < d; ++j) {
                const double x = points[a * d + j];
                gradient[j] += x * (sums[a] * x - products[a * d + j]);
            }
        for (std::size_t j = 0; j < d; ++j) gradient[j] *= 2 * std::exp(-2 * log_length_scales[j]);
    }

    /// Fills out (n, dimension) with the gradients of k(x, point) with respect to x: 2 profile'(r^2) (x_j - y_j) /
    /// l_j^2.
    void fill_point_gradients(std::span<const double> x, std::span<const double> points,
                              std::span<const double> log_length_scales, std::span<double> out) const {
        const std::size_t d = x.size(), n = points.size() / d;
        std::vector<double> r2(n), inverse_squares(d);
        fill_squared_distances(
            points, x, log_length_scales, [](std::size_t) { return std::size_t{1}; }, r2);
        for (std::size_t j = 0; j < d; ++j) inverse_squares[j] = std::exp(-2 * log_length_scales[j]);
        for (std::size_t a = 0; a < n; ++a) {
            const double slope = 2 * profile.derivative(r2[a]);
            for (std::size_t j = 0; j < d; ++j)
                out[a * d + j] = slope * (x[j] - points[a * d + j]) * inverse_squares[j];
        }
    }

 private:
    /// out (n, m): in row a, the first columns(a) squared distances in length scales. One coordinate at a time, so that
    /// the inner loop runs over contiguous numbers.
    template <class Columns>
    static void fill_squared_distances(std::span<const double> points, std::span<const double> others,
                                       std::span<const double> log_length_scales, Columns columns,
                                       std::span<double> out) {
        const std::size_t d = log_length_scales.size(), n = points.size() / d, m = others.size() / d;
        std::vector<double> scaled(m);
        for (std::size_t j = 0; j < d; ++j) {
            const double inverse = std::exp(-log_length_scales[j]);
            for (std::size_t b = 0; b < m; ++b) scaled[b] = others[b * d + j] * inverse;
            for (std::size_t a = 0; a < n; ++a) {
                const double x = points[a * d + j] * inverse;
                double* const row = &out[a * m];
                for (std::size_t b = 0, end = columns(a); b < end; ++b) {
                    const double square = (x - scaled[b]) * (x - scaled[b]);
                    row[b] = j == 0 ? square : row[b] + square;
                }
            }
        }
    }
};

/// The covariance that a Gaussian process uses for a kernel: a stationary profile gets its length scales, a covariance
/// stays itself.
template <surrogate_kernel Kernel>
auto as_covariance(Kernel kernel) {
    if constexpr (stationary_kernel<Kernel>)
        return ard<Kernel>{std::move(kernel)};
    else
        return kernel;
}

}  // namespace bouillon
