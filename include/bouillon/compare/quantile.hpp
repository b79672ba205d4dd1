// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace bouillon {

/// The value below which a share of some numbers lies, between its neighbours where it falls between.
/// @param values (n), none of them NaN; infinite ones are allowed
/// @param share from 0, the smallest, to 1, the largest
/// @returns NaN where there are no values
inline double quantile(std::vector<double> values, double share) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    std::sort(values.begin(), values.end());
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double part = place - static_cast<double>(below);
    if (part == 0 || values[below] == values[below + 1]) return values[below];
    return std::lerp(values[below], values[below + 1], part);
}

/// Median and quartiles of some numbers.
struct quartiles {
    double lower, median, upper;  ///< a quarter, half and three quarters of the numbers lie below it
};

/// Median and quartiles of numbers in any order.
inline quartiles quartiles_of(const std::vector<double>& values) {
    return {quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)};
}

}  // namespace bouillon
