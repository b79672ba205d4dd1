// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/search/training_data.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bouillon::detail {

/// One of the points tried, and what is believed of its score.
struct tried_point {
    std::size_t index;  ///< in the data
    double mean;        ///< posterior, standardised
};

/// Among the successes the one with the largest posterior mean.
///
/// A score that is certain is its own mean, however rough the surrogate takes the function to be.
/// Cost: one prediction at all points of the data.
template <class Surrogate>
tried_point best_tried(const Surrogate& model, const training_data& data) {
    std::vector<double> means(data.size()), deviations(data.size());  // (n), standardised
    model.predict(data.points, means, deviations);
    for (std::size_t i = 0; i < data.successes; ++i)
        if (data.variances[i] == 0) means[i] = model.standardisation()(data.scores[i]);
    const auto end = means.begin() + static_cast<std::ptrdiff_t>(data.successes);
    const auto best = std::max_element(means.begin(), end);
    return {static_cast<std::size_t>(best - means.begin()), *best};
}

}  // namespace bouillon::detail
