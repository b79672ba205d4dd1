// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/host_device.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

/// Sums of losses in fixed point: the same to the last bit in any order, so on every backend and in any batches.
///
/// A loss is counted in units of 2^-32 nats, so that a sum of up to 2^31 nats is off by at most 2^-33 nats a loss. What
/// is beyond that is infinite, and a sum with NaN in it is NaN.
namespace bouillon::detail {

/// A loss, or a sum of losses.
using fixed_loss = std::int64_t;

inline constexpr fixed_loss fixed_nan = std::numeric_limits<fixed_loss>::max(), fixed_infinity = fixed_nan - 1;
inline constexpr double fixed_unit = 1.0 / 4294967296.0;  // nats

/// A loss in nats, which is not below 0 but by rounding.
struct to_fixed_loss {
    BOUILLON_HOST_DEVICE fixed_loss operator()(float loss) const {
        if (loss != loss) return fixed_nan;
        if (loss >= 2147483648.0f) return fixed_infinity;
        return loss > 0 ? static_cast<fixed_loss>(std::llrint(static_cast<double>(loss) / fixed_unit)) : 0;
    }
};

/// The sum of two, an associative and commutative operation.
struct add_fixed_losses {
    BOUILLON_HOST_DEVICE fixed_loss operator()(fixed_loss a, fixed_loss b) const {
        if (a >= fixed_infinity || b >= fixed_infinity) return a > b ? a : b;
        return a >= fixed_infinity - b ? fixed_infinity : a + b;
    }
};

/// @returns nats
inline double to_nats(fixed_loss sum) {
    if (sum == fixed_nan) return std::numeric_limits<double>::quiet_NaN();
    if (sum == fixed_infinity) return std::numeric_limits<double>::infinity();
    return static_cast<double>(sum) * fixed_unit;
}

}  // namespace bouillon::detail
