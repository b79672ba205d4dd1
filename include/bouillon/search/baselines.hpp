// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/core/schedule_weights.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/space/simplex.hpp>
#include <bouillon/space/spread.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// How the search documents turn a baseline's candidates into one merge: the best of them, or their greedy soup.
enum class baseline_choice { best, greedy_soup };

/// What a search must beat: one merge, made of some candidates by their losses on the search documents.
struct baseline {
    std::string name;
    std::vector<std::vector<double>> merge_weights;  ///< (candidates, checkpoints), newest last
    baseline_choice choice = baseline_choice::best;  ///< how candidates become one merge
};

/// As many candidates as the search has trials, spent without a model: for two checkpoints evenly spaced merge weights
/// ("sweep"), for any other number uniform draws ("random search").
///
/// @param checkpoints how many
/// @param budget candidates
/// @param seed of the draws
/// @param lower smallest merge weight of the newer checkpoint in a sweep
inline baseline equal_budget_baseline(std::size_t checkpoints, std::size_t budget, std::uint64_t seed,
                                      double lower = 0) {
    if (checkpoints == 2) {
        baseline sweep{"sweep", {}};
        for (std::size_t i = 0; i < budget; ++i) {
            const double step = budget > 1 ? static_cast<double>(i) / static_cast<double>(budget - 1) : 0.5;
            const double newer = std::lerp(lower, 1.0, step);
            sweep.merge_weights.push_back({1 - newer, newer});
        }
        return sweep;
    }
    const simplex space{checkpoints};
    random_engine engine = make_engine(seed);
    baseline random_search{"random search", {}};
    for (std::size_t i = 0; i < budget; ++i) random_search.merge_weights.push_back(uniform_sample(space, engine));
    return random_search;
}

/// The baselines of K checkpoints: the newest; the best single one; the averages of all, of the last 3 and of the last
/// 5 (where K is larger); from 3 checkpoints on, the best of some moving averages, the decay of 1 - sqrt and the greedy
/// soup; and the equal-budget baseline, unless the budget is 0.
///
/// Cost of scoring them all: 2 K + 6 + budget merges at most, of which some are the same.
/// @throws input_error when there is no checkpoint
inline std::vector<baseline> baselines(std::size_t checkpoints, std::size_t budget, std::uint64_t seed,
                                       double lower = 0) {
    const simplex space{checkpoints};
    space.check();
    std::vector<baseline> all = {{"newest", {space.newest_average(1)}}};
    baseline single{"best single", {}};
    for (std::size_t k = 0; k < checkpoints; ++k) {
        single.merge_weights.emplace_back(checkpoints, 0.0);
        single.merge_weights.back()[k] = 1;
    }
    all.push_back(single);
    all.push_back({"uniform over all", {space.newest_average(checkpoints)}});
    for (const std::size_t last : {std::size_t{3}, std::size_t{5}})
        if (last < checkpoints) all.push_back({"uniform over last " + to_string(last), {space.newest_average(last)}});
    if (checkpoints > 2) {
        baseline moving{"moving average", {}};
        for (const double newest : {0.125, 0.25, 0.5})
            moving.merge_weights.push_back(moving_average_weights(checkpoints, newest));
        all.push_back(std::move(moving));
        all.push_back({"1-sqrt decay", {decay_weights(checkpoints, minus_sqrt_decay{})}});
        all.push_back({"greedy soup", single.merge_weights, baseline_choice::greedy_soup});
    }
    if (budget > 0) all.push_back(equal_budget_baseline(checkpoints, budget, seed, lower));
    return all;
}

}  // namespace bouillon
