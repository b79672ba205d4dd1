// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/probability_of_improvement.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>

#include <utility>

namespace bouillon {

/// GP-Hedge over the paper's three acquisitions.
using paper_acquisition = gp_hedge<expected_improvement, probability_of_improvement, upper_confidence_bound>;

/// The search of the paper: two adjacent checkpoints, the newer one's merge weight in [alpha, 1], both ends tried
/// first, then GP-Hedge over EI, PI and UCB, without climbs elsewhere.
///
/// Reference: Liu et al. (2025), section 4.
/// @param alpha smallest merge weight of the newer checkpoint
/// @param options used as given but for the initial trials and the climbs
/// @throws input_error when alpha is not below 1
inline bayesian_search<interval, paper_acquisition> paper_search(double alpha = 0.5, search_options options = {}) {
    options.initial_trials = 2;
    options.climbs.elsewhere = false;
    return bayesian_search<interval, paper_acquisition>(interval{.lower = alpha, .upper = 1}, std::move(options),
                                                        paper_acquisition(paper_hedge_policy));
}

}  // namespace bouillon
