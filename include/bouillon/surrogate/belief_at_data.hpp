// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>
#include <bouillon/surrogate/hyper_parameters.hpp>
#include <bouillon/surrogate/joint_posterior.hpp>
#include <bouillon/surrogate/posterior.hpp>
#include <bouillon/surrogate/regression.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

/// What a surrogate believes of the function at its own observations, the roughness there included.
///
///     mean_i = y_i - w_i alpha_i,   variance_i = w_i - w_i^2 [A^-1]_ii,   alpha = A^-1 (y - mean)
///
/// w_i is the noise of observation i. Elsewhere the roughness is not known: a point between observations is as
/// uncertain as the smooth part there and the roughness together.
namespace bouillon::detail {

/// Roughness up to so many times an observation's own variance is taken for more noise: data do not tell the two apart,
/// and known variances may be too small.
inline constexpr double noisy_roughness = 4;

/// The roughness that an observation of this variance tells from noise; 0 where the variance is not known.
inline double roughness_at(double variance, const hyper_parameters& hyper) {
    return std::isnan(variance) ? 0 : std::max(hyper.roughness - noisy_roughness * variance, 0.0);
}

/// What of an observation's variance is noise: all of one that is not known, nothing of one that is 0.
inline double noise_at(double variance, const hyper_parameters& hyper) {
    if (std::isnan(variance)) return hyper.noise_variance;
    return variance + hyper.roughness - roughness_at(variance, hyper);
}

/// What is believed of the function at a point (d) between observations of this variance, the roughness that they tell
/// from noise included.
template <joint_surrogate Surrogate>
posterior belief_between(const Surrogate& model, std::span<const double> point, double variance) {
    posterior belief = model.predict(point);
    belief.variance += roughness_at(variance, model.hyper_parameters());
    return belief;
}

/// The observation at a point (d) of the data; how many there are where none is.
template <joint_surrogate Surrogate>
std::size_t observation_at(const Surrogate& model, std::span<const double> point) {
    const training_set& data = model.data();
    const std::span<const double> points = data.points;
    for (std::size_t i = 0; i < data.size(); ++i)
        if (std::ranges::equal(point, points.subspan(i * point.size(), point.size()))) return i;
    return data.size();
}

/// The mean at observation i, standardised.
template <joint_surrogate Surrogate>
double mean_at(const Surrogate& model, std::size_t i) {
    const double noise = noise_at(model.data().variances[i], model.hyper_parameters());
    return noise == 0 ? model.data().scores[i] : model.data().scores[i] - noise * model.regression().coefficients[i];
}

/// The variances (n) at all observations, standardised squared. Cost: 2 n^3 / 3.
template <joint_surrogate Surrogate>
std::vector<double> variances_at_data(const Surrogate& model) {
    const single_threaded_blas guard;
    const std::size_t n = model.data().size();
    std::vector<double> inverse = model.regression().factor, variances(n);
    if (n > 0) inverse_from_cholesky_lower(n, inverse.data(), n);
    for (std::size_t i = 0; i < n; ++i) {
        const double noise = noise_at(model.data().variances[i], model.hyper_parameters());
        variances[i] = std::max(noise * (1 - noise * inverse[i * n + i]), 0.0);
    }
    return variances;
}

}  // namespace bouillon::detail
