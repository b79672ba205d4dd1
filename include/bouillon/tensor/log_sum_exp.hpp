// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/host_device.hpp>

#include <cmath>
#include <limits>

namespace bouillon::detail {

/// A sum of exponentials as the largest exponent and the sum relative to its exponential, which does not overflow.
struct exponential_sum {
    float largest, sum;
};

/// The sum of nothing.
BOUILLON_HOST_DEVICE inline exponential_sum no_exponentials() { return {-std::numeric_limits<float>::infinity(), 0}; }

/// The sum of two, associative and commutative but for rounding; NaN stays.
BOUILLON_HOST_DEVICE inline exponential_sum add(exponential_sum a, exponential_sum b) {
    if (a.largest == b.largest) return {a.largest, a.sum + b.sum};  // both may be infinite
    const bool first = a.largest > b.largest;
    const float largest = first ? a.largest : b.largest, other = first ? b.largest : a.largest;
    return {largest, (first ? a.sum : b.sum) + (first ? b.sum : a.sum) * std::exp(other - largest)};
}

}  // namespace bouillon::detail
