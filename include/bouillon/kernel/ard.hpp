// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/core/name_of.hpp>
#include <bouillon/core/own_check.hpp>
#include <bouillon/kernel/concept.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// Points in length scales, a coordinate at a time, so that inner loops run over contiguous numbers.
struct scaled_points {
    std::size_t size;
    std::vector<double> values;  ///< (dimension, size)

    scaled_points(std::span<const double> points, std::span<const double> log_length_scales)
        : size(points.size() / log_length_scales.size()), values(points.size()) {
        const std::size_t dimension = log_length_scales.size();
        for (std::size_t j = 0; j < dimension; ++j) {
            const double inverse = std::exp(-log_length_scales[j]);
            for (std::size_t a = 0; a < size; ++a) values[j * size + a] = points[a * dimension + j] * inverse;
        }
    }

    /// Writes the squared distances from one of the other points to the first r2.size() of these.
    void squared_distances(const scaled_points& others, std::size_t other, std::span<double> r2) const {
        std::fill(r2.begin(), r2.end(), 0.0);
        for (std::size_t first = 0, j = 0; first < values.size(); first += size, ++j) {
            const double x = others.values[j * others.size + other];
            for (std::size_t b = 0; b < r2.size(); ++b) {
                const double difference = x - values[first + b];
                r2[b] += difference * difference;
            }
        }
    }
};

}  // namespace detail

/// A stationary profile with one length scale for each coordinate (automatic relevance determination).
///
///     k(x, y) = profile(r^2),   r^2 = sum_j (x_j - y_j)^2 / l_j^2
///
/// The hyper-parameters are the log length scales ln l_j.
/// Shapes below: points (n, dimension), others (m, dimension), log_length_scales (dimension); matrices are row-major.
template <stationary_kernel Profile>
struct ard {
    Profile profile = {};  ///< of the squared distance in length scales

    std::size_t hyper_parameters(std::size_t dimension) const { return dimension; }

    /// What is believed of the length scales: they grow with the square root of the dimension, as distances do.
    ///
    /// ln l is normal with deviation sqrt(3) about the mode of LogNormal(sqrt(2) + ln(dimension)/2, sqrt(3)), 0.2 in
    /// one dimension; l >= 0.025. Reference: Hvarfner, Hellsten and Nardi (2024), "Vanilla Bayesian optimization
    /// performs great in high dimensions".
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

    /// Writes the covariances between points and others into covariances (n, m).
    void fill(std::size_t, std::span<const double> points, std::span<const double> others,
              std::span<const double> log_length_scales, std::span<double> covariances) const {
        const detail::scaled_points rows(points, log_length_scales), columns(others, log_length_scales);
        for (std::size_t a = 0; a < rows.size; ++a) {
            const auto row = covariances.subspan(a * columns.size, columns.size);
            columns.squared_distances(rows, a, row);
            for (double& value : row) value = profile(value);
        }
    }

    /// Writes the covariances among points into the lower triangle of covariances (n, n); the rest is left as it is.
    void fill_lower(std::size_t, std::span<const double> points, std::span<const double> log_length_scales,
                    std::span<double> covariances) const {
        const detail::scaled_points scaled(points, log_length_scales);
        for (std::size_t a = 0; a < scaled.size; ++a) {
            const auto row = covariances.subspan(a * scaled.size, a + 1);
            scaled.squared_distances(scaled, a, row);
            for (double& value : row) value = profile(value);
        }
    }

    /// Writes the gradient of a sum of covariances with weights W, over all ordered pairs.
    ///
    ///     gradient_j = sum_ab W_ab dk(x_a, x_b)/d ln l_j = 2 [sum_a z_aj^2 sum_b G_ab - z_j' G z_j]
    ///
    /// with G_ab = -2 W_ab profile'(r_ab^2) and points z in length scales, so that one product G Z serves all
    /// coordinates. W is symmetric, (n, n): its lower triangle is read and all is overwritten.
    void contract_gradient(std::size_t, std::span<const double> points, std::span<const double> log_length_scales,
                           std::span<double> weights, std::span<double> gradient) const {
        const detail::scaled_points z(points, log_length_scales);
        const std::size_t n = z.size, d = gradient.size();
        std::vector<double> r2(n), sums(n), products(d * n);  // (n), (n), (dimension, n)
        for (std::size_t a = 0; a < n; ++a) {
            z.squared_distances(z, a, std::span(r2).first(a));
            double sum = 0;
            for (std::size_t b = 0; b < a; ++b) {
                const double g = -2 * weights[a * n + b] * profile.derivative(r2[b]);
                weights[a * n + b] = weights[b * n + a] = g;
                sum += g;
                sums[b] += g;
            }
            weights[a * n + a] = 0;
            sums[a] += sum;
        }
        detail::gemm(false, false, d, n, n, 1.0, z.values.data(), n, weights.data(), n, 0.0, products.data(), n);
        for (std::size_t j = 0; j < d; ++j) {
            gradient[j] = 0;
            for (std::size_t a = 0; a < n; ++a) {
                const double value = z.values[j * n + a];
                gradient[j] += 2 * value * (sums[a] * value - products[j * n + a]);
            }
        }
    }

    /// Writes the gradients of k(x, point) with respect to x into gradients (n, dimension).
    ///
    ///     dk(x, y)/dx_j = 2 profile'(r^2) (x_j - y_j) / l_j^2
    void fill_point_gradients(std::span<const double> x, std::span<const double> points,
                              std::span<const double> log_length_scales, std::span<double> gradients) const {
        const detail::scaled_points z(points, log_length_scales), z_x(x, log_length_scales);
        std::vector<double> slopes(z.size);  // (n)
        z.squared_distances(z_x, 0, slopes);
        for (double& value : slopes) value = 2 * profile.derivative(value);
        for (std::size_t j = 0; j < x.size(); ++j) {
            const double inverse = std::exp(-log_length_scales[j]);
            for (std::size_t a = 0; a < z.size; ++a)
                gradients[a * x.size() + j] = slopes[a] * (z_x.values[j] - z.values[j * z.size + a]) * inverse;
        }
    }

    /// The profile's own.
    void check() const { detail::own_check(profile); }

    std::string name() const { return name_of(profile); }
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
