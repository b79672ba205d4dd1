// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// How scores are standardised: score = centre + scale * standardised.
struct standardisation {
    double centre = 0;
    double scale = 1;  // above 0
};

/// Observations as the surrogate sees them: standardised, replicates merged.
struct training_set {
    std::size_t dimension = 0;
    std::vector<double> points = {};     // (observations, dimension), row-major
    std::vector<double> scores = {};     // (observations), standardised
    std::vector<double> variances = {};  // (observations), standardised squared; NaN where unknown

    std::size_t size() const { return scores.size(); }
};

namespace detail {

inline void check_observations(std::size_t dimension, std::span<const double> points, std::span<const double> scores,
                               std::span<const double> variances) {
    if (points.size() != scores.size() * dimension || variances.size() != scores.size())
        throw input_error("surrogate: " + std::to_string(scores.size()) + " scores in " + std::to_string(dimension) +
                          " dimensions, but " + std::to_string(points.size()) + " coordinates and " +
                          std::to_string(variances.size()) + " variances");
    for (std::size_t i = 0; i < points.size(); ++i)
        if (!std::isfinite(points[i]))
            throw input_error("surrogate: coordinate " + std::to_string(i % dimension) + " of observation " +
                              std::to_string(i / dimension) + " is " + std::to_string(points[i]));
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (!std::isfinite(scores[i]))
            throw input_error("surrogate: the score of observation " + std::to_string(i) + " is " +
                              std::to_string(scores[i]));
        if (variances[i] < 0 || std::isinf(variances[i]))
            throw input_error("surrogate: the variance of observation " + std::to_string(i) + " is " +
                              std::to_string(variances[i]));
    }
}

/// The observation of known variance at a point, or how many there are where none is.
inline std::size_t find_known(const training_set& data, std::span<const double> point) {
    const std::span<const double> points = data.points;
    for (std::size_t i = 0; i < data.size(); ++i)
        if (!std::isnan(data.variances[i]) && std::ranges::equal(point, points.subspan(i * point.size(), point.size())))
            return i;
    return data.size();
}

/// Adds an observation of known variance to an earlier one at the same point: the mean weighted by inverse variances,
/// which leaves every posterior as it was. Certain observations count alike, and outweigh all others.
inline void merge_replicate(double& score, double& variance, double& certain, double other, double other_variance) {
    if (variance > 0 && other_variance > 0) {
        const double share = variance / (variance + other_variance);
        score += share * (other - score);
        variance *= other_variance / (variance + other_variance);
    } else if (other_variance == 0) {
        certain = variance > 0 ? 1 : certain + 1;
        score = variance > 0 ? other : score + (other - score) / certain;
        variance = 0;
    }
}

}  // namespace detail

/// Centre: the mean of the scores. Scale: their sample standard deviation, but no less than the noise's, below which
/// scores that agree by chance say nothing: the root of the harmonic mean of the known variances above 0; 1 where all
/// of these are 0.
///
/// `scores` (n), `variances` (n), NaN where unknown.
/// Throws input_error where the scores are too large for their spread to be computed.
inline standardisation standardise(std::span<const double> scores, std::span<const double> variances) {
    if (scores.empty()) return {};
    const auto n = static_cast<double>(scores.size());
    standardisation result;
    for (const double score : scores) result.centre += score / n;
    double largest = 0, squares = 0, noisy = 0, precisions = 0;
    for (const double score : scores) largest = std::max(largest, std::abs(score - result.centre));
    for (const double score : scores) squares += std::pow((score - result.centre) / largest, 2);  // cannot overflow
    for (const double variance : variances)
        if (variance > 0) ++noisy, precisions += 1 / variance;
    const double deviation = largest > 0 && n > 1 ? largest * std::sqrt(squares / (n - 1)) : 0;
    const double noise = noisy > 0 ? std::sqrt(noisy / precisions) : 0;
    result.scale = std::max(deviation, noise);
    if (result.scale == 0) result.scale = 1;
    if (!std::isfinite(result.scale)) throw input_error("surrogate: the scores are too large to be standardised");
    return result;
}

/// Standardises observations and merges those of known variance that share a point.
///
/// `points` (n, dimension), `scores` (n), `variances` (n) of the scores, NaN where unknown.
/// Throws input_error for sizes that do not match and for numbers that are not finite. Cost: n^2 comparisons.
inline training_set make_training_set(std::size_t dimension, std::span<const double> points,
                                      std::span<const double> scores, std::span<const double> variances,
                                      const standardisation& by) {
    detail::check_observations(dimension, points, scores, variances);
    training_set data{.dimension = dimension};
    std::vector<double> certain;  // (observations), replicates of variance 0 that a score is the mean of
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const auto point = points.subspan(i * dimension, dimension);
        const double score = (scores[i] - by.centre) / by.scale, variance = variances[i] / by.scale / by.scale;
        const std::size_t twin = std::isnan(variance) ? data.size() : detail::find_known(data, point);
        if (twin < data.size()) {
            detail::merge_replicate(data.scores[twin], data.variances[twin], certain[twin], score, variance);
            continue;
        }
        data.points.insert(data.points.end(), point.begin(), point.end());
        data.scores.push_back(score);
        data.variances.push_back(variance);
        certain.push_back(1);
    }
    return data;
}

}  // namespace bouillon
