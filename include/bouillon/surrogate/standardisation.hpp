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

/// How the surrogate sees scores: poor ones may be compressed, then all are centred and scaled.
///
///     standardised = (w(score) - centre) / scale
///     w(score) = score above the knee,  knee - width log(1 + (knee - score) / width) below it
///
/// w is smooth and leaves good scores as they are: how bad a bad score is says little about where the best ones are.
struct standardisation {
    double centre = 0;
    double scale = 1;                                        ///< above 0
    double knee = -std::numeric_limits<double>::infinity();  ///< score units; minus infinity: nothing is compressed
    double width = 1;                                        ///< score units, above 0

    double operator()(double score) const { return (compressed(score) - centre) / scale; }

    /// The derivative of a standardised score by the score: above 0, and 1 / scale for good scores.
    double slope(double score) const { return 1 / (scale * (score < knee ? 1 + (knee - score) / width : 1)); }

    /// The score that is seen as `standardised`.
    double score(double standardised) const {
        const double value = centre + scale * standardised;
        return value < knee ? knee - width * std::expm1((knee - value) / width) : value;
    }

    double compressed(double score) const {
        return score < knee ? knee - width * std::log1p((knee - score) / width) : score;
    }
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

/// How scores are seen without compression.
///
/// Centre: the mean of the scores. Scale: their sample standard deviation, but no less than the noise's; 1 where both
/// are 0.
/// @param scores (n)
/// @param variances (n), NaN where unknown
/// @throws input_error where the scores are too large for their spread to be computed
inline standardisation standardise(std::span<const double> scores, std::span<const double> variances) {
    return detail::centre_and_scale({}, scores, variances);
}

/// The same with the worse half of the scores compressed: the knee is their median, the width the distance from there
/// to the best.
///
/// Where a few scores are worse than all others by orders of magnitude, they no longer hide what distinguishes the good
/// ones.
inline standardisation standardise_compressed(std::span<const double> scores, std::span<const double> variances) {
    standardisation result;
    if (scores.empty()) return result;
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
