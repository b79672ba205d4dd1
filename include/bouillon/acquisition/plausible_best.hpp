// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/surrogate/joint_posterior.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// Whether the noise of any observation leaves it in doubt which of them is the best: whether its deviation is more
/// than a thousandth of the signal's.
///
/// Roughness does not: it belongs to the function.
template <joint_surrogate Surrogate>
bool noise_leaves_doubt(const Surrogate& surrogate) {
    const auto& hyper = surrogate.hyper_parameters();
    return std::any_of(surrogate.data().variances.begin(), surrogate.data().variances.end(), [&](double variance) {
        return (std::isnan(variance) ? hyper.noise_variance : variance) > 1e-6 * hyper.signal_variance;
    });
}

/// The points among which the best score may be found: of the candidates those that beat the best posterior mean with a
/// probability of 1 in 1000 or more, the likeliest first, and all pending ones.
///
/// What cannot well be the best is left out, because every point that stays makes each evaluation of a joint criterion
/// dearer. Cost: n^2 (c + p).
/// Reference: Balandat et al. (2020), "BoTorch", prune_inferior_points, which draws samples.
/// @param surrogate conditioned on n observations
/// @param candidates (c, dimension)
/// @param pending (p, dimension)
/// @returns (p + kept, dimension), the pending points first
template <joint_surrogate Surrogate>
std::vector<double> plausible_best(const Surrogate& surrogate, std::span<const double> candidates,
                                   std::span<const double> pending) {
    constexpr double deviations = 3.09;  // the normal quantile of 0.999
    const std::size_t d = surrogate.dimension(), p = pending.size() / d;
    std::vector<double> points(pending.begin(), pending.end());  // (p + c, dimension)
    points.insert(points.end(), candidates.begin(), candidates.end());
    const std::size_t count = points.size() / d;
    if (count == p) return points;
    const auto point_of = [&](std::size_t i) { return std::span<const double>(points).subspan(i * d, d); };

    std::vector<double> means(count), spreads(count), with_best(count);  // (count): then covariances with the best
    surrogate.predict(points, means, spreads);
    const auto best = static_cast<std::size_t>(std::max_element(means.begin(), means.end()) - means.begin());
    posterior_covariance(surrogate, points, point_of(best), with_best);
    std::vector<std::pair<double, std::size_t>> kept;  // behind the best, in deviations of the difference
    for (std::size_t i = p; i < count; ++i) {
        const double variance = spreads[i] * spreads[i] + spreads[best] * spreads[best] - 2 * with_best[i];
        const double gap = means[best] - means[i];
        if (i == best || gap * gap < deviations * deviations * variance)
            kept.emplace_back(i == best ? 0 : gap / std::sqrt(variance), i);
    }
    std::sort(kept.begin(), kept.end());
    std::vector<double> plausible(pending.begin(), pending.end());
    for (const auto& candidate : kept) {
        const auto point = point_of(candidate.second);
        plausible.insert(plausible.end(), point.begin(), point.end());
    }
    return plausible;
}

}  // namespace bouillon
