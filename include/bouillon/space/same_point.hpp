// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>

namespace bouillon::detail {

/// Refuses a point with another number of coordinates than the space.
///
/// @throws input_error that begins with the name
inline void require_coordinates(const std::string& name, std::span<const double> given, std::size_t dimension) {
    if (given.size() != dimension)
        throw input_error(name + ": its point has " + to_string(given.size()) + " coordinates, but the space has " +
                          to_string(dimension));
}

/// Refuses a point (d) that is not, to rounding, the one that the space has there.
///
/// @throws input_error that begins with the name
inline void require_same_point(const std::string& name, std::span<const double> given, std::span<const double> there) {
    require_coordinates(name, given, there.size());
    for (std::size_t i = 0; i < there.size(); ++i)
        if (!(std::abs(given[i] - there[i]) <= 1e-9 * std::max(1.0, std::abs(there[i]))))
            throw input_error(name + ": coordinate " + to_string(i) + " is " + to_string(given[i]) +
                              ", but the nearest point of the space has " + to_string(there[i]));
}

}  // namespace bouillon::detail
