// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/search/history.hpp>
#include <bouillon/search/observation.hpp>
#include <bouillon/surrogate/typical_noise.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace bouillon {

/// What the surrogate learns from: scores (minus the loss) with their variances.
struct training_data {
    std::vector<double> points;       ///< (n, d), unit points
    std::vector<double> scores;       ///< (n)
    std::vector<double> variances;    ///< (n), NaN when not known
    std::size_t successes = 0;        ///< the first so many; the others failed, and their scores are imputed
    std::vector<bool> eligible = {};  ///< (successes), which may be the best, because they keep guards; empty: all

    /// Scores.
    std::size_t size() const { return scores.size(); }

    /// Whether success i may be the best.
    bool is_eligible(std::size_t i) const { return eligible.empty() || eligible[i]; }

    /// Whether any success may be the best.
    bool any_eligible() const {
        return eligible.empty() ? successes > 0 : std::find(eligible.begin(), eligible.end(), true) != eligible.end();
    }

    std::span<const double> point(std::size_t i) const {
        const std::size_t dimension = points.size() / scores.size();
        return std::span(points).subspan(i * dimension, dimension);
    }

    /// Adds a unit point (dimension) with its score and that one's variance.
    void add(std::span<const double> unit_point, double score, double variance) {
        points.insert(points.end(), unit_point.begin(), unit_point.end());
        scores.push_back(score);
        variances.push_back(variance);
    }
};

/// The score that stands for a failure: the worst one seen, less half the range of all, so that the surrogate keeps
/// away without being bent out of shape.
///
/// Where all scores are equal, and none is known to have noise, any lower one says the same; with noise it is lower by
/// one deviation.
/// Reference: Song et al. (2024), "The Vizier Gaussian process bandit algorithm", section 3.1.
/// @param scores (n)
/// @param variances (n), NaN where unknown
inline double imputed_score(std::span<const double> scores, std::span<const double> variances) {
    const auto [worst, best] = std::minmax_element(scores.begin(), scores.end());
    const double range = *best - *worst;
    if (range > 0) return *worst - 0.5 * range;
    const double noise = typical_noise(variances);
    return *worst - (noise > 0 ? noise : *worst != 0 ? std::abs(*worst) : 1);
}

/// Adds the ended trials to what was known before them (which `data` holds on entry), successes first.
inline void add_trials(training_data& data, const history& trials) {
    for (const auto& [suggested, observed] : trials.records())
        if (observed.status == trial_status::observed)
            data.add(suggested.unit_point, -observed.loss, observed.variance);
    data.successes = data.size();
    if (data.successes == 0) return;
    const double score = imputed_score(data.scores, data.variances);
    double largest_variance = std::numeric_limits<double>::quiet_NaN();
    for (const double variance : data.variances) largest_variance = std::fmax(largest_variance, variance);
    for (const auto& [suggested, observed] : trials.records())
        if (observed.status == trial_status::failed) data.add(suggested.unit_point, score, largest_variance);
}

}  // namespace bouillon
