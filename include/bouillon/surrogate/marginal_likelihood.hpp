// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/kernel/covariance.hpp>
#include <bouillon/surrogate/hyper_parameters.hpp>
#include <bouillon/surrogate/regression.hpp>
#include <bouillon/surrogate/training_set.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace bouillon {

/// The log marginal likelihood of standardised data and its gradient with respect to the logarithms of the
/// hyper-parameters:  d log p / d theta = 1/2 sum_ab (alpha alpha' - A^-1)_ab dA_ab/d theta,  A = s^2 K + V.
///
/// `mean`: of the process; nothing: the constant that maximises the likelihood, whose own change leaves the gradient
/// as it is.
/// `gradient`: (kernel hyper-parameters + 2): with respect to the kernel's, ln s^2 and ln noise variance.
/// Returns the value; minus infinity, and a gradient of zeros, where A is not positive definite in double precision.
/// Cost: n^3 plus one product (n, n, dimension).
/// Reference: Rasmussen and Williams (2006), eq. 5.9.
template <covariance_kernel Kernel>
double log_marginal_likelihood(const Kernel& kernel, const training_set& data, const hyper_parameters& at,
                               std::optional<double> mean, std::span<double> gradient) {
    std::fill(gradient.begin(), gradient.end(), 0.0);
    auto fitted = regress(kernel, data, at, mean);
    if (!fitted) return -std::numeric_limits<double>::infinity();
    const std::size_t n = data.size(), kernel_count = at.kernel.size();
    if (n == 0) return 0;
    const auto& alpha = fitted->weights;
    std::vector<double>& weights = fitted->factor;  // (n, n), lower: becomes (alpha alpha' - A^-1) / 2
    detail::inverse_from_cholesky_lower(n, weights.data(), n);
    for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = 0; b <= a; ++b) weights[a * n + b] = 0.5 * (alpha[a] * alpha[b] - weights[a * n + b]);

    // All of A grows with s^2 but the noise that is not a share of it, so with W the weights, sum_ab W_ab A_ab
    // = (alpha'(y - m) - n) / 2 needs no K.
    double signal = -0.5 * static_cast<double>(n), noise = 0;
    for (std::size_t i = 0; i < n; ++i) {
        signal += 0.5 * alpha[i] * (data.scores[i] - fitted->mean);
        const double variance = detail::noise_variance(data.variances[i], at);
        if (variance <= detail::least_relative_variance * at.signal_variance) continue;
        signal -= weights[i * n + i] * variance;
        if (std::isnan(data.variances[i])) noise += weights[i * n + i] * variance;
    }
    detail::contract_covariance_gradient(kernel, data.dimension, data.points, at.kernel, weights,
                                         gradient.first(kernel_count));
    for (double& value : gradient.first(kernel_count)) value *= at.signal_variance;
    gradient[kernel_count] = signal;
    gradient[kernel_count + 1] = noise;
    return fitted->log_marginal_likelihood;
}

}  // namespace bouillon
