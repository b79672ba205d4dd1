// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/score/windows.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace bouillon {

/// Which of several that share a forward pass this one is: it runs a part of the batches.
struct batch_part {
    std::size_t part = 0;   ///< from 0 on
    std::size_t parts = 1;  ///< how many there are
};

namespace detail {

/// What a batch costs, in units of its own: the products of a layer grow with the rows, attention with a window's
/// length times its rows.
/// @param width of the model's residual
inline std::uint64_t cost_of(const document_batch& batch, std::size_t width) {
    std::uint64_t cost = 0;
    const auto& offsets = batch.windows.window_offsets;
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
        const auto length = static_cast<std::uint64_t>(offsets[i + 1] - offsets[i]);
        cost += length * (12 * width + length);
    }
    return cost;
}

/// Keeps the batches of one part: the heaviest first, each goes to the part that has least so far, so that all parts
/// take about as long.
/// @param width of the model's residual
inline void keep_part(std::vector<document_batch>& batches, batch_part part, std::size_t width) {
    if (part.parts == 1) return;
    std::vector<std::uint64_t> costs;  // (batches)
    for (const auto& batch : batches) costs.push_back(cost_of(batch, width));
    std::vector<std::size_t> order(batches.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return costs[a] > costs[b]; });
    std::vector<std::uint64_t> loads(part.parts, 0);
    std::vector<document_batch> kept;
    for (const std::size_t b : order) {
        const auto least = std::min_element(loads.begin(), loads.end());
        *least += costs[b];
        if (static_cast<std::size_t>(least - loads.begin()) == part.part) kept.push_back(std::move(batches[b]));
    }
    batches = std::move(kept);
}

}  // namespace detail

}  // namespace bouillon
