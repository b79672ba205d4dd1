// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/first_points.hpp>
#include <bouillon/compare/objective.hpp>
#include <bouillon/core/random.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace bouillon {

/// One seed of an objective: what every variant is given alike.
struct trial_plan {
    std::uint64_t seed = 0;                        ///< of everything random
    std::size_t budget = 0;                        ///< trials, the first points among them
    std::vector<std::vector<double>> design = {};  ///< (n, d), unit points to begin with
    std::vector<double> normals = {};              ///< (budget), each trial's noise in standard deviations
    double variance = 0;                           ///< of a measured loss; NaN: a variant is not told
};

/// The plan of a seed: a function of the space, the budget and the seed.
/// @param given what is compared on
/// @param budget trials
/// @param seed of everything random
/// @param tells_variance whether a variant may know how noisy its losses are
template <class Space>
trial_plan make_plan(const objective<Space>& given, std::size_t budget, std::uint64_t seed,
                     bool tells_variance = true) {
    constexpr std::uint64_t noise_seeds = 10'000, point_seeds = 20'000;
    random_engine points = make_engine(point_seeds + seed), noise = make_engine(noise_seeds + seed);
    trial_plan plan{.seed = seed, .budget = budget};
    plan.design = visit_space(
        given.space, [&](const auto& space) { return first_points(space, first_point_count(space, budget), points); });
    for (std::size_t i = 0; i < budget; ++i) plan.normals.push_back(normal(noise));
    plan.variance = tells_variance ? given.noise * given.noise : std::numeric_limits<double>::quiet_NaN();
    return plan;
}

}  // namespace bouillon
