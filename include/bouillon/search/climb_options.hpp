// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/require_option.hpp>

#include <cmath>
#include <cstddef>
#include <string_view>

namespace bouillon {

/// When a search that has converged climbs elsewhere, and when it returns.
///
/// It does so whatever its acquisition is: what decides is the expected improvement at the point that the acquisition
/// suggests, here in standard deviations of the scores. Trials are for each degree of freedom of the space. The climbs
/// themselves are in search/climbs.hpp; the numbers were measured: docs/notes/2026-11-29-climbs-elsewhere.md.
struct climb_options {
    bool elsewhere = true;                 ///< false: the search stays where it has converged
    double first_convergence = 5e-3;       ///< below it a search has converged for the first time, in few dimensions
    double later_convergence = 1e-4;       ///< below it at any other time, and in more dimensions
    double least_away = 1e-2;              ///< at most so much: a climb below the best basin has ended
    double least_home = 1e-4;              ///< at most so much: a climb in the best basin has ended
    std::size_t few_dimensions = 8;        ///< degrees of freedom
    std::size_t trials_to_begin = 3;       ///< at most so many left: no other climb begins
    std::size_t trials_to_return = 1;      ///< at most so many left: a climb below the best basin returns
    std::size_t trials_to_return_far = 3;  ///< the same in more than few dimensions, where a climb takes longer
    std::size_t fewest_known = 3;          ///< successes outside of all basins, without which nothing leads away
    double basin_radius = 2;               ///< length scales
};

/// Refuses thresholds that decide nothing.
///
/// @throws input_error that names the option and its value
inline void check(const climb_options& options) {
    const auto require = [](bool usable, std::string_view option, auto value, std::string_view must_be) {
        detail::require_option(usable, "climbs", option, value, must_be);
    };
    const auto require_number = [&](double threshold, std::string_view name) {
        require(!std::isnan(threshold), name, threshold, "a number");
    };
    require_number(options.first_convergence, "first_convergence");
    require_number(options.later_convergence, "later_convergence");
    require_number(options.least_away, "least_away");
    require_number(options.least_home, "least_home");
    require(options.fewest_known > 0, "fewest_known", options.fewest_known, "1 or more");
    require(options.basin_radius >= 0, "basin_radius", options.basin_radius, "0 or more");
}

}  // namespace bouillon
