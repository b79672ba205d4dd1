// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/maximize.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/climb_options.hpp>
#include <bouillon/search/document_domains.hpp>
#include <bouillon/search/domain_guard.hpp>
#include <bouillon/search/observation.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace bouillon {

/// The budget of a search that goes on until its caller stops asking.
///
/// Its first design is that of a large budget, and a climb elsewhere ends by itself alone, never for lack of trials.
inline constexpr std::size_t no_budget = std::numeric_limits<std::size_t>::max();

/// What a search may be told.
struct search_options {
    std::size_t budget = 20;                    ///< trials, without the abandoned ones; or no_budget
    std::uint64_t seed = 1;                     ///< of everything random
    std::size_t initial_trials = 0;             ///< points of the first design; 0: chosen from dimension and budget
    double smallest_distance = 1e-6;            ///< between any two trials, in unit coordinates; above 0
    std::vector<double> reference_losses = {};  ///< (documents), of the model that losses are compared with; or empty
    document_domains domains = {};              ///< of the documents, with their weights in the mean; none: all alike
    std::vector<domain_guard> guards = {};  ///< domains on which no loss may rise; the acquisition must be `guarded`
    std::vector<known_observation> known = {};  ///< known before the first trial, on the same scale as observed losses
    climb_options climbs = {};                  ///< where a search that has converged looks next
    gaussian_process_options surrogate = {};    ///< of the Gaussian process
    maximize_options maximize = {};             ///< of the acquisition
};

namespace detail {

/// Refuses what nobody can have observed.
/// @param known the observation
/// @param name how the message begins
/// @param guards that the search has
inline void check_known(const known_observation& known, const std::string& name, std::size_t guards) {
    const auto check_loss = [&](double loss, double variance) {
        if (!std::isfinite(loss)) throw input_error(name + ": its loss is " + to_string(loss));
        if (variance < 0 || std::isinf(variance))  // NaN: not known
            throw input_error(name + ": its variance is " + to_string(variance));
    };
    check_loss(known.loss, known.variance);
    for (const auto& [loss, variance] : known.guard_losses) check_loss(loss, variance);
    if (!known.guard_losses.empty() && known.guard_losses.size() != guards)
        throw input_error(name + ": it has the losses of " + to_string(known.guard_losses.size()) +
                          " guards, but there are " + to_string(guards));
}

}  // namespace detail

/// Refuses numbers that no search can use.
///
/// @throws input_error that names the option and its value
inline void check(const search_options& options) {
    detail::require_option(options.smallest_distance > 0 && std::isfinite(options.smallest_distance), "",
                           "smallest_distance", options.smallest_distance, "above 0 and finite");
    for (std::size_t i = 0; i < options.reference_losses.size(); ++i)
        if (const double loss = options.reference_losses[i]; !std::isfinite(loss))
            detail::require_option(false, "", "reference_losses[" + to_string(i) + "]", loss, "finite");
    if (!options.reference_losses.empty()) check(options.domains, options.reference_losses.size());
    check(options.guards, options.domains);
    if (!options.guards.empty() && options.reference_losses.empty())
        throw input_error("there are " + to_string(options.guards.size()) +
                          " guards, but 0 reference losses to compare losses with");
    for (std::size_t i = 0; i < options.known.size(); ++i)
        detail::check_known(options.known[i], "known observation " + to_string(i), options.guards.size());
    check(options.climbs);
    check(options.surrogate);
    check(options.maximize);
}

/// Points of the first design: those that the options ask for, or dimension + 2, at least 3, at most 10 and half the
/// budget.
inline std::size_t initial_trials(const search_options& options, std::size_t dimension) {
    if (options.initial_trials > 0) return options.initial_trials;
    const std::size_t automatic = std::clamp<std::size_t>(dimension + 2, 3, 10);
    return std::min(automatic, std::max<std::size_t>(options.budget / 2, 1));
}

}  // namespace bouillon
