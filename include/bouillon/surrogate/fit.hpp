// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/projected_gradient.hpp>
#include <bouillon/surrogate/hyper_parameters.hpp>
#include <bouillon/surrogate/marginal_likelihood.hpp>
#include <bouillon/surrogate/training_set.hpp>

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace bouillon {

/// Hyper-parameters that were fitted to data.
struct fitted_hyper_parameters {
    hyper_parameters hyper = {};                                      ///< where the posterior density was largest
    double log_posterior = -std::numeric_limits<double>::infinity();  ///< log likelihood + log prior, up to a constant
    std::size_t evaluations = 0;                                      ///< of the likelihood
};

/// Maximises log likelihood + log prior over the logarithms of the hyper-parameters, from each start, and returns the
/// best.
///
/// Deterministic. Cost: `options.evaluations` likelihoods for each start at most.
/// @param kernel whose hyper-parameters are among them
/// @param data standardised
/// @param priors complete, one for each of the kernel's hyper-parameters
/// @param mean as in `regress`
/// @param starts one or more
/// @param options of each minimisation
template <covariance_kernel Kernel>
fitted_hyper_parameters fit_hyper_parameters(const Kernel& kernel, const training_set& data,
                                             const hyper_parameter_priors& priors, std::optional<double> mean,
                                             std::span<const hyper_parameters> starts,
                                             const projected_gradient_options& options) {
    marginal_likelihood likelihood(kernel, data, mean);
    const auto negative_log_posterior = [&](std::span<const double> logs, std::span<double> gradient) {
        double value = likelihood(detail::unpack(logs), gradient);
        value += detail::add_log_prior(priors, logs, gradient);
        for (double& slope : gradient) slope = -slope;
        return -value;
    };
    const auto project = [&](std::span<double> logs) { detail::project_into_bounds(priors, logs); };
    fitted_hyper_parameters best;
    for (const auto& start : starts) {
        const auto local = minimize(negative_log_posterior, project, detail::pack(start), options);
        best.evaluations += local.evaluations;
        if (best.hyper.kernel.empty() || -local.value > best.log_posterior) {
            best.hyper = detail::unpack(local.point);
            best.log_posterior = -local.value;
        }
    }
    return best;
}

}  // namespace bouillon
