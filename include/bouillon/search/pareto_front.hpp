// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace bouillon {

/// Those of several points that no other is better than: in no objective worse, and in one or more lower.
///
/// Equal points are all on the front. Points with an objective that is not a number are not on it.
/// Cost: points squared, times objectives.
/// Reference: Deb (2001), "Multi-objective optimization using evolutionary algorithms", section 2.4.
/// @param losses (points, objectives), lower is better
/// @returns numbers of the points, the lowest first objective first
inline std::vector<std::size_t> pareto_front(std::span<const std::vector<double>> losses) {
    const auto is_better = [](const std::vector<double>& one, const std::vector<double>& other) {
        bool lower = false;
        for (std::size_t k = 0; k < one.size(); ++k) {
            if (!(one[k] <= other[k])) return false;
            lower = lower || one[k] < other[k];
        }
        return lower;
    };
    std::vector<std::size_t> front;
    for (std::size_t i = 0; i < losses.size(); ++i) {
        const bool known = std::ranges::none_of(losses[i], [](double loss) { return loss != loss; });
        if (known && std::ranges::none_of(losses, [&](const auto& other) { return is_better(other, losses[i]); }))
            front.push_back(i);
    }
    std::ranges::stable_sort(front, [&](std::size_t a, std::size_t b) { return losses[a] < losses[b]; });
    return front;
}

}  // namespace bouillon
