// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/name_of.hpp>
#include <bouillon/kernel/concept.hpp>
#include <bouillon/kernel/covariance.hpp>
#include <bouillon/kernel/parts.hpp>
#include <bouillon/kernel/quadratic.hpp>
#include <bouillon/kernel/sum.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace bouillon {

/// A kernel, with a quadratic trend beside it in more than eight dimensions.
///
/// Where there are many coordinates and few scores, length scales alone make a search climb the nearest hill: the trend
/// shows where the valley lies, and the kernel what departs from it. In few dimensions it was measured to be worth
/// little, and costs likelihoods (docs/notes/2026-11-29-quadratic-trend.md).
/// Hyper-parameters, shapes and costs: the kernel's up to eight dimensions, those of `sum<Kernel, quadratic>` above.
template <surrogate_kernel Kernel>
struct trended {
    /// Up to so many there is no trend.
    static constexpr std::size_t few_dimensions = 8;

    sum<Kernel, quadratic> both = {};  ///< the kernel and its trend

    std::size_t hyper_parameters(std::size_t dimension) const {
        return with(dimension, [=](const auto& kernel) { return kernel.hyper_parameters(dimension); });
    }
    std::vector<hyper_parameter_prior> prior(std::size_t dimension) const {
        return with(dimension, [=](const auto& kernel) { return detail::prior_of(kernel, dimension); });
    }
    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        return with(x.size(), [&](const auto& kernel) { return kernel(x, y, logs); });
    }
    void fill(std::size_t dimension, std::span<const double> points, std::span<const double> others,
              std::span<const double> logs, std::span<double> covariances) const {
        with(dimension, [&](const auto& kernel) {
            detail::fill_covariance(kernel, dimension, points, others, logs, covariances);
        });
    }
    void fill_lower(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                    std::span<double> covariances) const {
        with(dimension,
             [&](const auto& kernel) { detail::fill_covariance_lower(kernel, dimension, points, logs, covariances); });
    }
    void contract_gradient(std::size_t dimension, std::span<const double> points, std::span<const double> logs,
                           std::span<double> weights, std::span<double> gradient) const {
        with(dimension, [&](const auto& kernel) {
            detail::contract_covariance_gradient(kernel, dimension, points, logs, weights, gradient);
        });
    }
    void fill_point_gradients(std::span<const double> x, std::span<const double> points, std::span<const double> logs,
                              std::span<double> gradients) const {
        with(x.size(), [&](const auto& kernel) { detail::fill_point_gradients(kernel, x, points, logs, gradients); });
    }

    /// The kernel's own.
    void check() const { both.check(); }

    std::string name() const { return name_of_composite("trended", std::get<0>(both.parts)); }

 private:
    template <class Use>
    auto with(std::size_t dimension, const Use& use) const {
        return dimension > few_dimensions ? use(both) : use(std::get<0>(both.parts));
    }
};

}  // namespace bouillon
