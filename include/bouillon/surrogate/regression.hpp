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
    std::vector<double> factor = {};   // (n, n), lower: L with L L' = A
    std::vector<double> weights = {};  // (n), alpha = A^-1 (y - mean)
    double mean = 0;                   // of the process
    double jitter = 0;                 // added to the diagonal of A beyond the noise
    double log_marginal_likelihood = 0;
};

namespace detail {

/// A variance below this share of the signal variance counts as so much: an exact 0 would leave A singular wherever
/// points crowd. As deviation it is 1e-6 of the signal's.
inline constexpr double least_relative_variance = 1e-12;

/// Variance of an observation's noise.
inline double noise_variance(double variance, const hyper_parameters& at) {
    return std::max(std::isnan(variance) ? at.noise_variance : variance, least_relative_variance * at.signal_variance);
}

/// x = A^-1 x
inline void solve_with_factor(const std::vector<double>& factor, std::vector<double>& x) {
    solve_lower(false, x.size(), factor.data(), x.size(), x.data());
    solve_lower(true, x.size(), factor.data(), x.size(), x.data());
}

/// Writes a regression, in the memory that it already has. False where A is not positive definite, even with jitter.
template <covariance_kernel Kernel>
bool regress_into(regression& result, const Kernel& kernel, const training_set& data, const hyper_parameters& at,
                  std::optional<double> mean) {
    const std::size_t n = data.size();
    result.factor.resize(n * n);
    result.mean = mean.value_or(0);
    result.weights = data.scores;
    result.jitter = result.log_marginal_likelihood = 0;
    if (n == 0) return true;
    fill_covariance_lower(kernel, data.dimension, data.points, at.kernel, result.factor);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j <= i; ++j) result.factor[i * n + j] *= at.signal_variance;
        result.factor[i * n + i] += noise_variance(data.variances[i], at);
    }
    const auto jitter = guarded_cholesky(n, result.factor, at.signal_variance);
    if (!jitter) return false;
    result.jitter = *jitter;
    if (!mean) {
        std::vector<double> ones(n, 1.0);  // (n), then A^-1 1
        solve_with_factor(result.factor, ones);
        result.mean = std::inner_product(ones.begin(), ones.end(), data.scores.begin(), 0.0) /
                      std::accumulate(ones.begin(), ones.end(), 0.0);
    }
    for (double& weight : result.weights) weight -= result.mean;
    solve_with_factor(result.factor, result.weights);
    double& value = result.log_marginal_likelihood;
    for (std::size_t i = 0; i < n; ++i)
        value -= 0.5 * (data.scores[i] - result.mean) * result.weights[i] + std::log(result.factor[i * n + i]) +
                 0.5 * std::log(2 * std::numbers::pi);
    return true;
}

}  // namespace detail

/// Conditions a Gaussian process on data.
/// log p(y) = -1/2 (y - m)' alpha - sum_i log L_ii - n/2 log(2 pi).
///
/// `mean`: of the process; nothing: the constant that maximises the likelihood, m = 1'A^-1 y / 1'A^-1 1.
/// Returns nothing where A is not positive definite in double precision, even with jitter. Cost: n^3 / 3.
/// Reference: Rasmussen and Williams (2006), algorithm 2.1.
template <covariance_kernel Kernel>
std::optional<regression> regress(const Kernel& kernel, const training_set& data, const hyper_parameters& at,
                                  std::optional<double> mean = {}) {
    regression result;
    if (!detail::regress_into(result, kernel, data, at, mean)) return std::nullopt;
    return result;
}

}  // namespace bouillon
