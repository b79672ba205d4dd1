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
#include <vector>

namespace bouillon {

/// A kernel for merge weights that looks at their square roots, between which the distance is Hellinger's: near 0,
/// where a checkpoint begins to take part, a merge weight counts for more than elsewhere.
///
///     k(w, v) = kernel(sqrt(w + e), sqrt(v + e)),   e = 1e-6
///
/// A square root is infinitely steep at 0; e makes its slope 500 there, so that gradients stay finite.
/// A stationary profile gets a length scale for each root. For points whose coordinates are not negative: the unit
/// points of a simplex. Hyper-parameters, shapes and costs: the kernel's. Reference: Hellinger (1909).
template <surrogate_kernel Kernel>
struct hellinger {
    detail::covariance_of<Kernel> kernel = {};  ///< of the square roots

    std::size_t hyper_parameters(std::size_t dimension) const { return kernel.hyper_parameters(dimension); }
    std::vector<hyper_parameter_prior> prior(std::size_t dimension) const {
        return detail::prior_of(kernel, dimension);
    }

    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        const auto x_roots = roots(x), y_roots = roots(y);
        return kernel(std::span<const double>(x_roots), std::span<const double>(y_roots), logs);
    }
    void fill(std::size_t dimension, std::span<const double> points, std::span<const double> others,
              std::span<const double> logs, std::span<double> covariances) const {
        detail::fill_covariance(kernel, dimension, roots(points), roots(others), logs, covariances);
    }
    void fill_lower(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                    std::span<double> covariances) const {
        detail::fill_covariance_lower(kernel, dimension, roots(points), logs, covariances);
    }
    void contract_gradient(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                           std::span<double> weights, std::span<double> gradient) const {
        detail::contract_covariance_gradient(kernel, dimension, roots(points), logs, weights, gradient);
    }
    /// Writes the gradients by the merge weights x into gradients (n, dimension).
    ///
    ///     d k / d w_j = (d k / d root_j) / (2 root_j)
    void fill_point_gradients(std::span<const double> x, std::span<const double> points, std::span<const double> logs,
                              std::span<double> gradients) const {
        const auto x_roots = roots(x);
        detail::fill_point_gradients(kernel, x_roots, roots(points), logs, gradients);
        for (std::size_t i = 0; i < gradients.size(); ++i) gradients[i] /= 2 * x_roots[i % x.size()];
    }

    /// The kernel's own.
    void check() const { detail::own_check(kernel); }

    std::string name() const { return name_of_composite("hellinger", kernel); }

 private:
    static std::vector<double> roots(std::span<const double> weights) {
        std::vector<double> result(weights.begin(), weights.end());
        for (double& value : result) value = std::sqrt(value + 1e-6);
        return result;
    }
};

}  // namespace bouillon
