// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/kernel/covariance.hpp>
#include <bouillon/surrogate/hyper_parameters.hpp>
#include <bouillon/surrogate/regression.hpp>
#include <bouillon/surrogate/training_set.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// The log marginal likelihood of standardised data as a function of the hyper-parameters, with its gradient with
/// respect to their logarithms:  d log p / d theta = 1/2 sum_ab (alpha alpha' - A^-1)_ab dA_ab/d theta,  A = s^2 K + V.
/// It refers to its data, and keeps its memory from one evaluation to the next.
///
/// Reference: Rasmussen and Williams (2006), eq. 5.9.
template <covariance_kernel Kernel>
class marginal_likelihood {
 public:
    /// A likelihood of data, to which it refers.
    ///
    /// @param kernel whose hyper-parameters are among its arguments
    /// @param data standardised; must outlive it
    /// @param mean of the process; nothing: the constant that maximises the likelihood
    marginal_likelihood(Kernel kernel, const training_set& data, std::optional<double> mean = {})
        : kernel_(std::move(kernel)), data_(data), mean_(mean) {}

    /// The log likelihood and its gradient.
    ///
    /// A mean that maximises the likelihood changes with the hyper-parameters, but does not change the gradient.
    /// Cost: n^3 plus one product (n, n, dimension).
    /// @param hyper where
    /// @param gradient (kernel hyper-parameters + 3), written: with respect to the kernel's, ln s^2, ln noise variance
    /// and ln
    ///     roughness
    /// @returns the value; minus infinity, and a gradient of zeros, where A is not positive definite in double
    /// precision
    double operator()(const hyper_parameters& hyper, std::span<double> gradient) {
        assert(gradient.size() == hyper.kernel.size() + 3);
        std::fill(gradient.begin(), gradient.end(), 0.0);
        if (!detail::regress_into(regression_, kernel_, data_, hyper, mean_))
            return -std::numeric_limits<double>::infinity();
        if (data_.size() == 0) return 0;
        const std::size_t n = data_.size(), kernel_count = hyper.kernel.size();
        const auto& alpha = regression_.coefficients;
        slopes_.swap(regression_.factor);  // which the next evaluation writes anew
        detail::inverse_from_cholesky_lower(n, slopes_.data(), n);
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b <= a; ++b) slopes_[a * n + b] = 0.5 * (alpha[a] * alpha[b] - slopes_[a * n + b]);
        add_variance_gradients(hyper, gradient.subspan(kernel_count));
        detail::contract_covariance_gradient(kernel_, data_.dimension, data_.points, hyper.kernel, slopes_,
                                             gradient.first(kernel_count));
        for (double& value : gradient.first(kernel_count)) value *= hyper.signal_variance;
        return regression_.log_marginal_likelihood;
    }

 private:
    /// Adds the derivatives by ln s^2, ln noise variance and ln roughness.
    ///
    /// All of A grows with s^2 but the noise that is no share of it, so with the slopes W, where sum_ab W_ab A_ab =
    /// (alpha'(y - m) - n) / 2, the derivative by ln s^2 needs no K.
    /// @param hyper where
    /// @param gradient (3)
    void add_variance_gradients(const hyper_parameters& hyper, std::span<double> gradient) const {
        const std::size_t n = data_.size();
        gradient[0] -= 0.5 * static_cast<double>(n);
        for (std::size_t i = 0; i < n; ++i) {
            gradient[0] += 0.5 * regression_.coefficients[i] * (data_.scores[i] - regression_.mean);
            const double variance = detail::noise_variance(data_.variances[i], hyper);
            if (variance <= detail::least_relative_variance * hyper.signal_variance) continue;
            const double slope = slopes_[i * n + i];
            gradient[0] -= slope * variance;
            if (std::isnan(data_.variances[i]))
                gradient[1] += slope * variance;
            else
                gradient[2] += slope * hyper.roughness;
        }
    }

    Kernel kernel_;
    const training_set& data_;
    std::optional<double> mean_;
    regression regression_;
    std::vector<double> slopes_;  // (n, n), lower: of log p by each entry of A, (alpha alpha' - A^-1) / 2
};

}  // namespace bouillon
