// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/kernel/covariance.hpp>
#include <bouillon/surrogate/cholesky.hpp>
#include <bouillon/surrogate/hyper_parameters.hpp>
#include <bouillon/surrogate/training_set.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <optional>
#include <vector>

namespace bouillon {

/// A Gaussian process conditioned on data at fixed hyper-parameters: with A = s^2 K + V, all in standardised units.
struct regression {
    std::vector<double> factor = {};        ///< (n, n), lower: L with L L' = A
    std::vector<double> coefficients = {};  ///< (n), A^-1 (y - mean): the mean at x is mean + s^2 k(x, X) coefficients
    double mean = 0;                        ///< of the process
    double jitter = 0;                      ///< added to the diagonal of A beyond the noise
    double log_marginal_likelihood = 0;     ///< of the standardised data
};

namespace detail {

/// A variance below this share of the signal variance counts as so much: an exact 0 would leave A singular wherever
/// points crowd.
///
/// As deviation it is 1e-6 of the signal's.
inline constexpr double least_relative_variance = 1e-12;

/// The least variance that a posterior may have at a point of this prior variance: next to the data it may come out as
/// rounding error, or below 0.
inline double least_variance(double prior_variance, const hyper_parameters& hyper) {
    return least_relative_variance * std::max(prior_variance, hyper.signal_variance);
}

/// What an observation's variance adds to the diagonal of A.
inline double noise_variance(double variance, const hyper_parameters& hyper) {
    return std::max(std::isnan(variance) ? hyper.noise_variance : variance + hyper.roughness,
                    least_relative_variance * hyper.signal_variance);
}

/// x = A^-1 x
inline void solve_with_factor(const std::vector<double>& factor, std::vector<double>& x) {
    solve_lower(false, x.size(), factor.data(), x.size(), x.data());
    solve_lower(true, x.size(), factor.data(), x.size(), x.data());
}

/// Fills mean, coefficients and likelihood from the factor.
///
/// Cost: n^2.
inline void solve_regression(regression& result, const training_set& data, std::optional<double> mean) {
    const std::size_t n = data.size();
    result.mean = mean.value_or(0);
    result.coefficients = data.scores;
    result.log_marginal_likelihood = 0;
    if (n == 0) return;
    if (!mean) {
        std::vector<double> ones(n, 1.0);  // (n), then A^-1 1
        solve_with_factor(result.factor, ones);
        result.mean = std::inner_product(ones.begin(), ones.end(), data.scores.begin(), 0.0) /
                      std::accumulate(ones.begin(), ones.end(), 0.0);
    }
    for (double& coefficient : result.coefficients) coefficient -= result.mean;
    solve_with_factor(result.factor, result.coefficients);
    double& value = result.log_marginal_likelihood;
    for (std::size_t i = 0; i < n; ++i)
        value -= 0.5 * (data.scores[i] - result.mean) * result.coefficients[i] + std::log(result.factor[i * n + i]) +
                 0.5 * std::log(2 * std::numbers::pi);
}

/// Writes a regression, in the memory that it already has.
///
/// False where A is not positive definite, even with jitter.
template <covariance_kernel Kernel>
bool regress_into(regression& result, const Kernel& kernel, const training_set& data, const hyper_parameters& hyper,
                  std::optional<double> mean) {
    const std::size_t n = data.size();
    result.factor.resize(n * n);
    result.jitter = 0;
    if (n == 0) {
        solve_regression(result, data, mean);
        return true;
    }
    fill_covariance_lower(kernel, data.dimension, data.points, hyper.kernel, result.factor);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j <= i; ++j) result.factor[i * n + j] *= hyper.signal_variance;
        result.factor[i * n + i] += noise_variance(data.variances[i], hyper);
    }
    const auto jitter = guarded_cholesky(n, result.factor, hyper.signal_variance);
    if (!jitter) return false;
    result.jitter = *jitter;
    solve_regression(result, data, mean);
    return true;
}

/// Continues a regression by the last observation of the data, of which it has the others: the factor gets one row
/// more.
///
///     [l' d],   l = L^-1 k,   d^2 = k(x, x) + v - l'l
///
/// Cost: n^2.
/// @returns false, and changes nothing, where d^2 is rounding error
template <covariance_kernel Kernel>
bool append_row(regression& result, const Kernel& kernel, const training_set& data, const hyper_parameters& hyper,
                std::optional<double> mean) {
    const std::size_t n = data.size() - 1, last = n * data.dimension;
    const std::span<const double> points = data.points, point = points.subspan(last);
    std::vector<double> row(n + 1);  // s^2 k(data, x), then l, d
    fill_covariance(kernel, data.dimension, points, point, hyper.kernel, row);
    for (double& value : row) value *= hyper.signal_variance;
    double square = row[n] + noise_variance(data.variances[n], hyper) + result.jitter;
    if (n > 0) solve_lower(false, n, result.factor.data(), n, row.data());
    for (std::size_t i = 0; i < n; ++i) square -= row[i] * row[i];
    if (!(square > least_relative_pivot * hyper.signal_variance)) return false;
    row[n] = std::sqrt(square);
    std::vector<double> factor((n + 1) * (n + 1));
    for (std::size_t i = 0; i < n; ++i) std::copy_n(&result.factor[i * n], i + 1, &factor[i * (n + 1)]);
    std::copy(row.begin(), row.end(), factor.end() - static_cast<std::ptrdiff_t>(n + 1));
    result.factor = std::move(factor);
    solve_regression(result, data, mean);
    return true;
}

}  // namespace detail

/// Conditions a Gaussian process on data.
///
///     log p(y) = -1/2 (y - m)' alpha - sum_i log L_ii - n/2 log(2 pi)
///
/// Cost: n^3 / 3. Reference: Rasmussen and Williams (2006), algorithm 2.1.
/// @param kernel of the process
/// @param data standardised
/// @param hyper the kernel's and the noise's
/// @param mean of the process; nothing: the constant that maximises the likelihood, m = 1'A^-1 y / 1'A^-1 1
/// @returns nothing where A is not positive definite in double precision, even with jitter
template <covariance_kernel Kernel>
std::optional<regression> regress(const Kernel& kernel, const training_set& data, const hyper_parameters& hyper,
                                  std::optional<double> mean = {}) {
    regression result;
    if (!detail::regress_into(result, kernel, data, hyper, mean)) return std::nullopt;
    return result;
}

}  // namespace bouillon
