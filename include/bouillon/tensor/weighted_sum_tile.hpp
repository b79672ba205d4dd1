// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/element.hpp>
#include <bouillon/tensor/instruction_set.hpp>
#include <bouillon/tensor/tensor_view.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

/// A weighted sum's inner loops on one host thread: a tile at a time, its sums in the first-level cache, each input
/// read in runs of a page or so. Plain loops, which every compiler vectorises where it has a fused multiply-add.
namespace bouillon::detail {

/// One input of a weighted sum.
struct weighted_term {
    const std::byte* data;
    dtype type;
    double coefficient;
};

inline constexpr std::size_t sum_tile = 1024;  // elements

/// Whether a sum is accumulated in float64.
inline bool sums_in_double(std::span<const weighted_term> terms, dtype output) {
    return output == dtype::f64 ||
           std::any_of(terms.begin(), terms.end(), [](const weighted_term& t) { return t.type == dtype::f64; });
}

template <dtype Type, class Real>
BOUILLON_INLINE void add_run(Real coefficient, const std::byte* x, std::size_t count, bool starts, Real* sums) {
    if (starts)
        for (std::size_t i = 0; i < count; ++i) sums[i] = coefficient * load_element<Real>(Type, x, i);
    else
        for (std::size_t i = 0; i < count; ++i)
            sums[i] = std::fma(coefficient, load_element<Real>(Type, x, i), sums[i]);
}

template <dtype Type, class Real>
BOUILLON_INLINE void store_run(const Real* sums, std::size_t count, std::byte* out) {
    for (std::size_t i = 0; i < count; ++i) store_element(Type, out, i, sums[i]);
}

/// Elements [first, last) of the sum of at least one term.
template <class Real>
BOUILLON_INLINE void weighted_sum_plain(std::span<const weighted_term> terms, std::size_t first, std::size_t last,
                                        mutable_tensor_view output) {
    std::array<Real, sum_tile> sums;
    for (; first < last; first += sum_tile) {
        const std::size_t count = std::min(sum_tile, last - first);
        for (std::size_t k = 0; k < terms.size(); ++k) {
            const auto c = static_cast<Real>(terms[k].coefficient);
            const std::byte* x = terms[k].data + first * bytes(terms[k].type);
            switch (terms[k].type) {
                case dtype::f64:
                    add_run<dtype::f64>(c, x, count, k == 0, sums.data());
                    break;
                case dtype::f16:
                    add_run<dtype::f16>(c, x, count, k == 0, sums.data());
                    break;
                case dtype::bf16:
                    add_run<dtype::bf16>(c, x, count, k == 0, sums.data());
                    break;
                default:
                    add_run<dtype::f32>(c, x, count, k == 0, sums.data());
                    break;
            }
        }
        std::byte* out = output.data + first * bytes(output.type);
        switch (output.type) {
            case dtype::f64:
                store_run<dtype::f64>(sums.data(), count, out);
                break;
            case dtype::f16:
                store_run<dtype::f16>(sums.data(), count, out);
                break;
            case dtype::bf16:
                store_run<dtype::bf16>(sums.data(), count, out);
                break;
            default:
                store_run<dtype::f32>(sums.data(), count, out);
                break;
        }
    }
}

}  // namespace bouillon::detail
