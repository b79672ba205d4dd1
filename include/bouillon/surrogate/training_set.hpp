// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/surrogate/standardisation.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// Observations as the surrogate sees them: standardised, replicates merged.
struct training_set {
    std::size_t dimension = 0;
    std::vector<double> points = {};     ///< (observations, dimension), row-major
    std::vector<double> scores = {};     ///< (observations), standardised
    std::vector<double> variances = {};  ///< (observations), standardised squared; NaN where unknown

    /// Observations, replicates merged.
    std::size_t size() const { return scores.size(); }
};

namespace detail {

inline void check_observations(std::size_t dimension, std::span<const double> points, std::span<const double> scores,
                               std::span<const double> variances) {
    if (points.size() != scores.size() * dimension || variances.size() != scores.size())
        throw input_error("surrogate: " + to_string(scores.size()) + " scores in " + to_string(dimension) +
                          " dimensions, but " + to_string(points.size()) + " coordinates and " +
                          to_string(variances.size()) + " variances");
    for (std::size_t i = 0; i < points.size(); ++i)
        if (!std::isfinite(points[i]))
            throw input_error("surrogate: coordinate " + to_string(i % dimension) + " of observation " +
                              to_string(i / dimension) + " is " + to_string(points[i]));
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (!std::isfinite(scores[i]))
            throw input_error("surrogate: the score of observation " + to_string(i) + " is " + to_string(scores[i]));
        if (variances[i] < 0 || std::isinf(variances[i]))
            throw input_error("surrogate: the variance of observation " + to_string(i) + " is " +
                              to_string(variances[i]));
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
/// which leaves every posterior as it was.
///
/// Certain observations count alike, and outweigh all others.
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

/// Merges observations of known variance that share a point, and standardises.
///
/// Variances go with the square of the slope there. Cost: n^2 comparisons.
/// @param dimension of a point
/// @param points (n, dimension)
/// @param scores (n)
/// @param variances (n), of the scores, NaN where unknown
/// @param units how scores are seen
/// @throws input_error for sizes that do not match and for numbers that are not finite
inline training_set make_training_set(std::size_t dimension, std::span<const double> points,
                                      std::span<const double> scores, std::span<const double> variances,
                                      const standardisation& units) {
    detail::check_observations(dimension, points, scores, variances);
    training_set data{.dimension = dimension};
    std::vector<double> certain;  // (observations), replicates of variance 0 that a score is the mean of
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const auto point = points.subspan(i * dimension, dimension);
        const std::size_t twin = std::isnan(variances[i]) ? data.size() : detail::find_known(data, point);
        if (twin < data.size()) {
            detail::merge_replicate(data.scores[twin], data.variances[twin], certain[twin], scores[i], variances[i]);
            continue;
        }
        data.points.insert(data.points.end(), point.begin(), point.end());
        data.scores.push_back(scores[i]);
        data.variances.push_back(variances[i]);
        certain.push_back(1);
    }
    for (std::size_t i = 0; i < data.size(); ++i) {
        data.variances[i] *= std::pow(units.slope(data.scores[i]), 2);
        data.scores[i] = units(data.scores[i]);
    }
    return data;
}

}  // namespace bouillon
