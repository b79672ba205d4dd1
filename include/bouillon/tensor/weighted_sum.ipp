// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/compiled.hpp>
#include <bouillon/tensor/term_sum.hpp>
#include <bouillon/tensor/weighted_sum.hpp>
#include <bouillon/tensor/weighted_sum_avx2.hpp>
#include <bouillon/tensor/weighted_sum_tile.hpp>

#include <cstddef>
#include <cstring>

namespace bouillon::detail {

BOUILLON_DEFINITION void sum_elements(const term_sum& sum, std::size_t first, std::size_t last) {
    if (sum.terms.empty()) {
        const std::size_t width = bytes(sum.output.type);
        std::memset(sum.output.data + first * width, 0, (last - first) * width);
        return;
    }
    const bool wide = sums_in_double(sum.terms, sum.output.type);
#if defined(__x86_64__)
    if (has_avx2()) return wide ? sum_double_avx2(sum, first, last) : sum_avx2<1>({&sum}, first, last);
#endif
    wide ? sum_plain<double>(sum, first, last) : sum_plain<float>(sum, first, last);
}

}  // namespace bouillon::detail
