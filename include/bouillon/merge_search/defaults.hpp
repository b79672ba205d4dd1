// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/search/observation.hpp>
#include <bouillon/search/search_options.hpp>

#include <limits>
#include <utility>
#include <vector>

namespace bouillon {

/// The acquisition of a search of merges. The knowledge gradient, which the library takes under noise, is for trials
/// whose scatter is their own; the documents are the same in every trial, and on simulated runs with a small gain
/// (bench_coverage) the merge that this one finds gains 8 to 70 % more.
using default_merge_acquisition = log_noisy_expected_improvement;

/// The options of a search of merges: the losses that it is told are compared with the newest checkpoint's document by
/// document, so that this one is known exactly; a scorer that prints one number gives losses, of which the newest
/// checkpoint's is one.
/// @param newest_losses (documents), nats per token, of the newest checkpoint
/// @param newest_point (d), where the newest checkpoint lies in the space
/// @returns options with a budget and a seed that the caller may change
inline search_options merge_search_options(std::vector<double> newest_losses, std::vector<double> newest_point) {
    search_options options;
    options.smallest_distance = 1e-4;  // closer merges differ by no more than their rounding
    options.climbs.elsewhere = false;  // so few trials are worth more where the search has converged
    known_observation newest{.point = std::move(newest_point)};
    if (newest_losses.size() == 1) {
        newest.loss = newest_losses.front();
        newest.variance = std::numeric_limits<double>::quiet_NaN();
    } else {
        options.reference_losses = std::move(newest_losses);
    }
    options.known = {std::move(newest)};
    return options;
}

}  // namespace bouillon
