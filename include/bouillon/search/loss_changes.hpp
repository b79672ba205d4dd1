// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace bouillon {

/// How losses that are measured once more differ from those on record: between machines in their last digits, with a
/// noisy scorer by its noise.
struct loss_changes {
    std::size_t compared = 0;   ///< losses
    std::size_t differing = 0;  ///< of them
    double largest = 0;         ///< difference, absolute; infinite where only one of the two is a number

    loss_changes& operator+=(const loss_changes& other) {
        compared += other.compared;
        differing += other.differing;
        largest = std::max(largest, other.largest);
        return *this;
    }
};

/// Compares losses with those on record.
/// @param recorded (documents)
/// @param measured (documents)
inline loss_changes changes_of(std::span<const double> recorded, std::span<const double> measured) {
    loss_changes changes{recorded.size()};
    for (std::size_t i = 0; i < recorded.size(); ++i) {
        if (recorded[i] == measured[i] || (std::isnan(recorded[i]) && std::isnan(measured[i]))) continue;
        const double difference = std::abs(measured[i] - recorded[i]);
        ++changes.differing;
        changes.largest = std::max(changes.largest, std::isnan(difference) ? INFINITY : difference);
    }
    return changes;
}

}  // namespace bouillon
