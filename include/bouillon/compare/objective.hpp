// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/simplex.hpp>

#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace bouillon {

/// The spaces of the problems that come with the library, for lists of problems over different ones.
using usual_space = std::variant<box, interval, simplex>;

/// Calls `visit` with the space that is held, or with the space itself where it is none that holds others.
template <class Space, class Visit>
auto visit_space(const Space& space, Visit&& visit) {
    if constexpr (search_space<Space>)
        return visit(space);
    else
        return std::visit(visit, space);
}

/// A loss to minimise over a space, and what is known of it.
///
/// `Space` models search_space (space/concept.hpp) or is a `std::variant` of such spaces.
template <class Space = usual_space>
struct objective {
    std::string name = {};
    Space space = {};                                           ///< where the loss is defined
    std::function<double(std::span<const double>)> value = {};  ///< loss without noise, at a point (d) of the space
    std::size_t budget = 0;                                     ///< trials; 0: as the comparison says
    double minimum = std::numeric_limits<double>::quiet_NaN();  ///< of the loss; NaN: nobody knows it
    std::vector<double> minimizer = {};                         ///< (d), one of them; or empty
    double noise = 0;                                           ///< standard deviation of a measured loss

    /// Whether the minimum is known, so that there is a regret.
    bool has_minimum() const { return !std::isnan(minimum); }
};

/// Refuses an objective that cannot be compared on.
///
/// @throws input_error that names the objective and what is wrong with it
template <class Space>
void check(const objective<Space>& given) {
    if (given.name.empty()) throw input_error("an objective has no name");
    if (!given.value) throw input_error("objective " + given.name + ": no value to minimise");
    if (!(given.noise >= 0 && std::isfinite(given.noise)))
        throw input_error("objective " + given.name + ": noise " + to_string(given.noise) + " is no deviation");
    visit_space(given.space, [](const auto& space) {
        if constexpr (requires { space.check(); }) space.check();
    });
}

/// Coordinates of a point of the objective's space.
template <class Space>
std::size_t dimension(const objective<Space>& given) {
    return visit_space(given.space, [](const auto& space) { return space.dimension(); });
}

}  // namespace bouillon
