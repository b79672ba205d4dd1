// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/kernel/concept.hpp>

#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// A quadratic trend whose coefficients are unknown: the covariance of all polynomials of degree 2 about the centre of
/// the unit cube, with independent normal coefficients.
///
///     k(x, y) = (1 + z(x)'z(y))^2,   z(x) = (x - 1/2) / t
///
/// Beside another kernel, `sum<matern52, quadratic>`, it is a quadratic mean function, integrated over its
/// coefficients. Hyper-parameter: ln t. Shapes: points (n, dimension), others (m, dimension), row-major. Costs: one
/// matrix product. Reference: Rasmussen and Williams (2006), section 2.7 and eq. 4.27.
struct quadratic {
    std::size_t hyper_parameters(std::size_t) const { return 1; }

    /// What is believed of the scale: t is about a quarter of the distance from the centre to a corner, so that
    /// parabolas are expected beside which constants and slopes are small.
    ///
    /// Measured on random parabolas with ripples: a prior of four times that scale left up to 1.6 times the error.
    std::vector<hyper_parameter_prior> prior(std::size_t dimension) const {
        const double mean = 0.5 * std::log(static_cast<double>(dimension)) - 3 * std::numbers::ln2;
        return {{.mean = mean, .deviation = 1, .lower = mean - 3, .upper = mean + 3}};
    }

    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> log_scale) const {
        double product = 0;
        for (std::size_t j = 0; j < x.size(); ++j) product += (x[j] - 0.5) * (y[j] - 0.5);
        return square(1 + product * std::exp(-2 * log_scale[0]));
    }

    void fill(std::size_t d, std::span<const double> points, std::span<const double> others,
              std::span<const double> log_scale, std::span<double> covariances) const {
        const auto z = scaled(points, log_scale), others_z = scaled(others, log_scale);
        const std::size_t n = points.size() / d, m = others.size() / d;
        detail::gemm(false, true, n, m, d, 1.0, z.data(), d, others_z.data(), d, 0.0, covariances.data(), m);
        for (double& value : covariances) value = square(1 + value);
    }

    void fill_lower(std::size_t d, std::span<const double> points, std::span<const double> log_scale,
                    std::span<double> covariances) const {
        const auto z = scaled(points, log_scale);
        const std::size_t n = points.size() / d;
        for (std::size_t a = 0; a < n; ++a) {
            const auto row = covariances.subspan(a * n, a + 1);
            products_with(z, a, d, row);
            for (double& value : row) value = square(1 + value);
        }
    }

    /// Writes sum_ab W_ab d k / d ln t.
    ///
    ///     d k / d ln t = -4 (1 + z'z) z'z
    void contract_gradient(std::size_t d, std::span<const double> points, std::span<const double> log_scale,
                           std::span<double> weights, std::span<double> gradient) const {
        const auto z = scaled(points, log_scale);
        const std::size_t n = points.size() / d;
        std::vector<double> products(n);  // (n)
        gradient[0] = 0;
        for (std::size_t a = 0; a < n; ++a) {
            products_with(z, a, d, std::span(products).first(a + 1));
            for (std::size_t b = 0; b <= a; ++b)
                gradient[0] -= (a == b ? 4 : 8) * weights[a * n + b] * (1 + products[b]) * products[b];
        }
    }

    /// Writes the gradients by x into gradients (n, d).
    ///
    ///     d k / d x = 2 (1 + z(x)'z(y)) z(y) / t
    void fill_point_gradients(std::span<const double> x, std::span<const double> points,
                              std::span<const double> log_scale, std::span<double> gradients) const {
        const auto z = scaled(points, log_scale), z_x = scaled(x, log_scale);
        const double inverse = std::exp(-log_scale[0]);
        const std::size_t d = x.size();
        for (std::size_t first = 0; first < z.size(); first += d) {
            const double product = std::inner_product(z_x.begin(), z_x.end(), z.begin() + first, 0.0);
            for (std::size_t j = 0; j < d; ++j) gradients[first + j] = 2 * (1 + product) * inverse * z[first + j];
        }
    }

    std::string name() const { return "quadratic"; }

 private:
    static double square(double value) { return value * value; }

    static std::vector<double> scaled(std::span<const double> points, std::span<const double> log_scale) {
        std::vector<double> z(points.begin(), points.end());  // (n, d)
        const double inverse = std::exp(-log_scale[0]);
        for (double& value : z) value = (value - 0.5) * inverse;
        return z;
    }

    /// Products of point a and the first of z (n, d).
    static void products_with(const std::vector<double>& z, std::size_t a, std::size_t d, std::span<double> products) {
        detail::gemv(false, products.size(), d, 1.0, z.data(), d, z.data() + a * d, 0.0, products.data());
    }
};

static_assert(batched_kernel<quadratic> && kernel_with_prior<quadratic>);

}  // namespace bouillon
