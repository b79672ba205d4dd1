// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/surrogate/typical_noise.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace bouillon {

/// How much poor scores are compressed.
enum class compression { none, once, twice };

/// How the surrogate sees scores: poor ones may be compressed, then all are centred and scaled.
///
///     standardised = (w(score) - centre) / scale
///     w(score) = score above the knee,  knee - width l((knee - score) / width) below it
///     l(x) = log(1 + x), or twice: log(1 + log(1 + x))
///
/// w is smooth and leaves good scores as they are: how bad a bad score is says little about where the best ones are.
/// Twice is for scores that stand for no number, such as penalties.
struct standardisation {
    double centre = 0;                                       ///< of the scores, as they are seen
    double scale = 1;                                        ///< above 0
    compression poor = compression::none;                    ///< how much poor scores are compressed
    double knee = -std::numeric_limits<double>::infinity();  ///< score units; minus infinity: nothing is compressed
    double width = 1;                                        ///< score units, above 0

    double operator()(double score) const { return (compressed(score) - centre) / scale; }

    /// The derivative of a standardised score by the score: above 0, and 1 / scale for good scores.
    double slope(double score) const {
        const double away = widths_below_knee(score);
        return 1 / scale / (1 + away) / (poor == compression::twice ? 1 + std::log1p(away) : 1);  // without overflow
    }

    /// The score that is seen as `standardised`.
    double score(double standardised) const {
        const double value = centre + scale * standardised;
        if (!(value < knee)) return value;
        const double once = (knee - value) / width;
        return knee - width * std::expm1(poor == compression::twice ? std::expm1(once) : once);
    }

    /// A score as it is seen before it is centred and scaled.
    double compressed(double score) const {
        if (!(score < knee)) return score;
        const double once = std::log1p(widths_below_knee(score));
        return knee - width * (poor == compression::twice ? std::log1p(once) : once);
    }

    /// How far a score lies below the knee; 0 above it.
    double widths_below_knee(double score) const { return score < knee ? (knee - score) / width : 0; }
};

namespace detail {

/// The sample standard deviation, computed such that it overflows only where it has to; 0 where all values are equal,
/// which the rounding of their mean would hide.
inline double sample_deviation(std::span<const double> values, double mean) {
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    if (values.empty() || *least == *most) return 0;
    double largest = 0, squares = 0;
    for (const double value : values) largest = std::max(largest, std::abs(value - mean));
    for (const double value : values) squares += std::pow((value - mean) / largest, 2);
    return largest * std::sqrt(squares / static_cast<double>(values.size() - 1));
}

/// Sets centre and scale, with the knee as it is.
inline standardisation centre_and_scale(standardisation result, std::span<const double> scores,
                                        std::span<const double> variances) {
    std::vector<double> seen(scores.size()), noise(scores.size());  // (n), (n) squared
    for (std::size_t i = 0; i < scores.size(); ++i) {
        seen[i] = result.compressed(scores[i]);
        noise[i] = variances[i] * std::pow(result.slope(scores[i]), 2);
        result.centre += seen[i] / static_cast<double>(scores.size());
    }
    result.scale = std::max(sample_deviation(seen, result.centre), typical_noise(noise));
    if (result.scale == 0) result.scale = 1;
    if (!std::isfinite(result.scale)) throw input_error("surrogate: the scores are too large to be standardised");
    return result;
}

}  // namespace detail

/// How scores are seen.
///
/// Centre: the mean of the scores. Scale: their sample standard deviation, but no less than the noise's; 1 where both
/// are 0. Where poor ones are compressed, the knee is the scores' median, the width the distance from there to the
/// best: a few that are worse than all others by orders of magnitude no longer hide what distinguishes the good ones.
/// @param scores (n)
/// @param variances (n), NaN where unknown
/// @param poor how much the worse half of the scores is compressed
/// @throws input_error where the scores are too large for their spread to be computed
inline standardisation standardise(std::span<const double> scores, std::span<const double> variances,
                                   compression poor = compression::none) {
    standardisation result{.poor = poor};
    if (poor == compression::none || scores.empty()) return detail::centre_and_scale(result, scores, variances);
    std::vector<double> sorted(scores.begin(), scores.end());  // (n)
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    const double best = *std::max_element(middle, sorted.end());
    if (best > *middle) {
        result.knee = *middle;
        result.width = std::max(best - *middle, typical_noise(variances));
    }
    return detail::centre_and_scale(result, scores, variances);
}

}  // namespace bouillon
