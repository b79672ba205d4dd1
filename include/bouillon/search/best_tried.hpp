// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/search/training_data.hpp>
#include <bouillon/surrogate/belief_at_data.hpp>
#include <bouillon/surrogate/joint_posterior.hpp>

#include <cstddef>
#include <limits>

namespace bouillon::detail {

/// One of the points tried, and what is believed of its score.
struct tried_point {
    std::size_t index;  ///< in the data
    double mean;        ///< believed of the function there, standardised
};

/// Among the successes that may be the best, all where none may, the one with the largest mean, the roughness there
/// included (belief_at_data.hpp); of equal ones the one with the largest score.
///
/// Cost: n^2 comparisons.
/// @param model conditioned on the data, and maybe on more
template <joint_surrogate Surrogate>
tried_point best_tried(const Surrogate& model, const training_data& data) {
    tried_point best{0, -std::numeric_limits<double>::infinity()};
    const bool any = data.any_eligible();
    for (std::size_t i = 0; i < data.successes; ++i) {
        if (any && !data.is_eligible(i)) continue;
        const double mean = mean_at(model, observation_at(model, data.point(i)));
        if (mean > best.mean || (mean == best.mean && data.scores[i] > data.scores[best.index])) best = {i, mean};
    }
    return best;
}

}  // namespace bouillon::detail
