// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/compiled.hpp>
#include <bouillon/tensor/term_sum.hpp>
#include <bouillon/tensor/weighted_sum.hpp>
#include <bouillon/tensor/weighted_sum_avx2.hpp>
#include <bouillon/tensor/weighted_sum_batch.hpp>

#include <algorithm>
#include <cstddef>
#include <span>

namespace bouillon::detail {

/// Elements [first, last) of some of the sums from the first on.
/// @returns how many
inline std::size_t sum_several(std::span<const term_sum> sums, std::size_t first, std::size_t last) {
#if defined(__x86_64__)
    const auto differs = [&](const term_sum& other) { return !have_same_inputs(sums[0], other); };
    const auto together = std::find_if(sums.begin(), sums.end(), differs) - sums.begin();
    if (has_avx2() && together >= 4) {
        sum_avx2<4>({&sums[0], &sums[1], &sums[2], &sums[3]}, first, last);
        return 4;
    }
    if (has_avx2() && together >= 2) {
        sum_avx2<2>({&sums[0], &sums[1]}, first, last);
        return 2;
    }
#endif
    sum_elements(sums[0], first, last);
    return 1;
}

BOUILLON_DEFINITION void sum_batch_elements(std::span<const term_sum> sums, std::size_t first, std::size_t last) {
    if (sums.size() == 1)
        return sum_elements(sums[0], first, last);  // a pause at each piece slows 16 inputs by a third
    constexpr std::size_t piece = 4096;             // elements
    while (first < last) {
        const std::size_t next = std::min(first + piece, last);
        for (std::size_t q = 0; q < sums.size();) q += sum_several(sums.subspan(q), first, next);
        first = next;
    }
}

}  // namespace bouillon::detail
