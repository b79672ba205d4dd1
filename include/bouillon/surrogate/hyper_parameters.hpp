// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/kernel/concept.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// The surrogate's hyper-parameters, in standardised score units.
struct hyper_parameters {
    std::vector<double> kernel = {};  ///< (the kernel's), logarithms: for a stationary kernel the log length scales
    double signal_variance = 1;       ///< s^2: the covariance is s^2 k(x, y)
    double noise_variance = 1e-6;     ///< of the observations whose variance is unknown
    double roughness = 0;             ///< added to variances that are known: what no smooth function explains
};

/// Gamma prior of the signal variance s^2, as density in s^2, cut off at two bounds.
struct gamma_prior {
    double shape = 2;     ///< of the gamma density
    double rate = 0.5;    ///< the mode is (shape - 1) / rate
    double lower = 1e-3;  ///< bound
    double upper = 1e3;   ///< bound
};

/// What is believed of the hyper-parameters before any data.
///
/// The noise's prior is wide: a floor of 1e-4 was measured to cost a factor of 2 to 10 in regret on functions without
/// noise. It is a density in the logarithm, because as density in the variance itself it was measured to prefer
/// explaining noise by short length scales.
struct hyper_parameter_priors {
    std::vector<hyper_parameter_prior> kernel = {};  ///< (hyper-parameters); empty: the kernel's own
    gamma_prior signal_variance = {};                ///< of the process
    /// Of observations whose variance is not known.
    hyper_parameter_prior noise_variance = {
        .mean = -8, .deviation = 3, .lower = -6 * std::numbers::ln10, .upper = std::numbers::ln10};
    /// Known variances may be too small, and a function may have ripples that are too fine to be searched: without any
    /// roughness both force the length scales down (Ackley).
    ///
    /// Where there is none the likelihood says so within few data.
    hyper_parameter_prior roughness = {
        .mean = -8, .deviation = 6, .lower = -12 * std::numbers::ln10, .upper = std::numbers::ln10};
};

/// For data whose known variances are all that stands between them and the function.
inline constexpr hyper_parameter_prior no_roughness{.mean = -80, .deviation = 1, .lower = -80, .upper = -80};

namespace detail {

inline void check_prior(const hyper_parameter_prior& prior, const std::string& name) {
    require_option(std::isfinite(prior.mean), name, "mean", prior.mean, "finite");
    require_option(prior.deviation > 0, name, "deviation", prior.deviation, "above 0");
    require_option(!std::isnan(prior.lower), name, "lower", prior.lower, "a number");
    require_option(prior.upper >= prior.lower, name, "upper", prior.upper,
                   "lower, " + to_string(prior.lower) + ", or more");
}

inline void check_prior(const gamma_prior& prior, const std::string& name) {
    require_option(prior.shape > 0 && std::isfinite(prior.shape), name, "shape", prior.shape, "above 0 and finite");
    require_option(prior.rate > 0 && std::isfinite(prior.rate), name, "rate", prior.rate, "above 0 and finite");
    require_option(prior.lower > 0 && std::isfinite(prior.lower), name, "lower", prior.lower, "above 0 and finite");
    require_option(prior.upper >= prior.lower, name, "upper", prior.upper,
                   "lower, " + to_string(prior.lower) + ", or more");
}

}  // namespace detail

/// Refuses priors that are none.
///
/// @throws input_error that names the option and its value
inline void check(const hyper_parameter_priors& priors) {
    for (std::size_t i = 0; i < priors.kernel.size(); ++i)
        detail::check_prior(priors.kernel[i], "surrogate.priors.kernel[" + to_string(i) + "]");
    detail::check_prior(priors.signal_variance, "surrogate.priors.signal_variance");
    detail::check_prior(priors.noise_variance, "surrogate.priors.noise_variance");
    detail::check_prior(priors.roughness, "surrogate.priors.roughness");
}

namespace detail {

/// The priors with the kernel's own filled in.
///
/// @throws input_error where the kernel has another number of them
template <covariance_kernel Kernel>
hyper_parameter_priors complete_priors(const Kernel& kernel, std::size_t dimension, hyper_parameter_priors priors) {
    const std::size_t count = kernel.hyper_parameters(dimension);
    if (priors.kernel.empty()) {
        if constexpr (kernel_with_prior<Kernel>)
            priors.kernel = kernel.prior(dimension);
        else
            priors.kernel.resize(count);
    }
    if (priors.kernel.size() != count)
        throw input_error("surrogate: " + to_string(priors.kernel.size()) + " priors for a kernel of " +
                          to_string(count) + " hyper-parameters");
    return priors;
}

/// Where a fit starts: each prior's mode, moved within its bounds.
inline hyper_parameters prior_start(const hyper_parameter_priors& priors) {
    hyper_parameters start;
    for (const auto& prior : priors.kernel) start.kernel.push_back(std::clamp(prior.mean, prior.lower, prior.upper));
    const auto& signal = priors.signal_variance;
    start.signal_variance = std::clamp((signal.shape - 1) / signal.rate, signal.lower, signal.upper);
    const auto& noise = priors.noise_variance;
    start.noise_variance = std::exp(std::clamp(noise.mean, noise.lower, noise.upper));
    const auto& rough = priors.roughness;
    start.roughness = std::exp(std::clamp(rough.mean, rough.lower, rough.upper));
    return start;
}

/// Hyper-parameters as one array of logarithms: the kernel's, ln s^2, ln noise, ln roughness.
inline std::vector<double> pack(const hyper_parameters& hyper) {
    std::vector<double> logs = hyper.kernel;
    logs.push_back(std::log(hyper.signal_variance));
    logs.push_back(std::log(hyper.noise_variance));
    logs.push_back(std::log(hyper.roughness));
    return logs;
}

inline hyper_parameters unpack(std::span<const double> logs) {
    const std::size_t kernel = logs.size() - 3;
    return {.kernel = {logs.begin(), logs.begin() + static_cast<std::ptrdiff_t>(kernel)},
            .signal_variance = std::exp(logs[kernel]),
            .noise_variance = std::exp(logs[kernel + 1]),
            .roughness = std::exp(logs[kernel + 2])};
}

/// The log density of the priors at packed logarithms, up to a constant; adds its gradient.
inline double add_log_prior(const hyper_parameter_priors& priors, std::span<const double> logs,
                            std::span<double> gradient) {
    double density = 0;
    const auto add_normal = [&](const hyper_parameter_prior& prior, std::size_t i) {
        const double z = (logs[i] - prior.mean) / prior.deviation;
        density -= 0.5 * z * z;
        gradient[i] -= z / prior.deviation;
    };
    const std::size_t kernel = priors.kernel.size();
    for (std::size_t i = 0; i < kernel; ++i) add_normal(priors.kernel[i], i);
    const auto& signal = priors.signal_variance;
    const double variance = std::exp(logs[kernel]);
    density += (signal.shape - 1) * logs[kernel] - signal.rate * variance;
    gradient[kernel] += signal.shape - 1 - signal.rate * variance;
    add_normal(priors.noise_variance, kernel + 1);
    add_normal(priors.roughness, kernel + 2);
    return density;
}

/// Moves packed logarithms within the priors' bounds.
inline void project_into_bounds(const hyper_parameter_priors& priors, std::span<double> logs) {
    const std::size_t kernel = priors.kernel.size();
    for (std::size_t i = 0; i < kernel; ++i)
        logs[i] = std::clamp(logs[i], priors.kernel[i].lower, priors.kernel[i].upper);
    logs[kernel] =
        std::clamp(logs[kernel], std::log(priors.signal_variance.lower), std::log(priors.signal_variance.upper));
    logs[kernel + 1] = std::clamp(logs[kernel + 1], priors.noise_variance.lower, priors.noise_variance.upper);
    logs[kernel + 2] = std::clamp(logs[kernel + 2], priors.roughness.lower, priors.roughness.upper);
}

}  // namespace detail

}  // namespace bouillon
