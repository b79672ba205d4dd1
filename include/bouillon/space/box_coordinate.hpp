// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

namespace bouillon {

/// How one coordinate of a box is searched: by default evenly between its bounds, any number.
struct box_coordinate {
    bool logarithmic = false;  ///< equal ratios count alike, not equal differences: for what spans orders of magnitude
    bool integer = false;      ///< whole numbers only
};

namespace detail {

/// One coordinate of a box with its bounds: the maps between a user's value, a unit coordinate and the cube's.
///
///     value = lower + u (upper - lower),   or   lower (upper / lower)^u   where it is logarithmic
struct bounded_coordinate {
    double lower = 0, upper = 1;
    box_coordinate kind = {};

    static constexpr double largest_integer = 1e9;  ///< up to it values and unit coordinates are each other's inverse

    /// Refuses bounds between which there is nothing, or not what the kind asks for.
    ///
    /// @param name how the message begins
    /// @throws input_error with both bounds
    void check(const std::string& name) const {
        const auto refuse = [&](const std::string& why) {
            throw input_error(name + " has lower bound " + to_string(lower) + " and upper bound " + to_string(upper) +
                              why);
        };
        if (!(std::isfinite(lower) && std::isfinite(upper) && lower < upper)) refuse("");
        if (kind.logarithmic && !(lower > 0)) refuse(", but is logarithmic: its bounds must be above 0");
        if (!kind.integer) return;
        if (lower != std::round(lower) || upper != std::round(upper))
            refuse(", but is an integer: its bounds must be whole");
        if (std::max(-lower, upper) > largest_integer)
            refuse(", but is an integer: its bounds must be within " + to_string(largest_integer));
    }

    /// The user's value at a unit coordinate.
    double value(double unit) const {
        const double between = unstepped(unit);
        return kind.integer ? std::round(between) : between;
    }

    /// The unit coordinate of a value.
    double unit(double value) const {
        const double share =
            kind.logarithmic ? std::log(value / lower) / std::log(upper / lower) : (value - lower) / (upper - lower);
        return std::clamp(share, 0.0, 1.0);
    }

    /// The nearest unit coordinate that there is.
    double nearest(double unit_coordinate) const {
        const double within = std::clamp(unit_coordinate, 0.0, 1.0);
        if (!kind.integer) return within;
        const double below = std::floor(unstepped(within));
        const double left = unit(below), right = unit(std::min(below + 1, upper));
        return within - left <= right - within ? left : right;
    }

    /// The unit coordinate that a number between 0 and 1 stands for: of whole numbers each takes a part of that range,
    /// on a linear scale all the same.
    double from_cube(double number) const {
        if (!kind.integer) return number;
        const bounded_coordinate cells{lower - 0.5, upper + 0.5, {.logarithmic = kind.logarithmic}};
        return unit(std::clamp(std::round(cells.value(number)), lower, upper));
    }

    /// How many whole numbers it has.
    std::size_t integers() const { return static_cast<std::size_t>(upper - lower) + 1; }

 private:
    /// The value as if any number were one.
    double unstepped(double unit) const {
        if (!kind.logarithmic) return std::lerp(lower, upper, unit);
        if (unit <= 0 || unit >= 1) return unit <= 0 ? lower : upper;
        return std::clamp(lower * std::exp(unit * std::log(upper / lower)), lower, upper);
    }
};

}  // namespace detail

}  // namespace bouillon
