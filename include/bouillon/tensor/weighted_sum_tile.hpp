// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/element.hpp>
#include <bouillon/tensor/instruction_set.hpp>
#include <bouillon/tensor/tensor_view.hpp>
#include <bouillon/tensor/term_sum.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

/// A weighted sum's inner loops on one host thread: a few hundred bytes of each input in turn, the sums in the
/// first-level cache.
///
/// Plain loops, which every compiler vectorises where it has a fused multiply-add.
namespace bouillon::detail {

/// The first element from `first` on, or `last`, whose address is a multiple of a cache line's size.
inline std::size_t aligned_from(mutable_tensor_view output, std::size_t first, std::size_t last) {
    constexpr std::size_t line = 64;  // bytes
    const auto address = reinterpret_cast<std::uintptr_t>(output.data + first * bytes(output.type));
    return std::min(last, first + (line - address % line) % line / bytes(output.type));
}

template <dtype Type, class Real>
BOUILLON_INLINE void add_run(Real coefficient, const std::byte* x, std::size_t count, Real* sums) {
    for (std::size_t i = 0; i < count; ++i) sums[i] = std::fma(coefficient, load_element<Real>(Type, x, i), sums[i]);
}

template <dtype Type, class Real>
BOUILLON_INLINE void store_run(const Real* sums, std::size_t count, std::byte* destination) {
    for (std::size_t i = 0; i < count; ++i) store_element(Type, destination, i, sums[i]);
}

inline constexpr std::size_t tile_elements = 128;

/// Elements [first, first + count) of a sum, at most a tile.
template <class Real>
BOUILLON_INLINE void sum_tile(const term_sum& sum, std::size_t first, std::size_t count) {
    std::array<Real, tile_elements> sums;
    std::fill_n(sums.data(), count, Real(-0.0));  // which added to anything leaves it as it is
    for (const weighted_term& term : sum.terms) {
        const auto c = static_cast<Real>(term.coefficient);
        const std::byte* x = term.data + first * bytes(term.type);
        switch (term.type) {
            case dtype::f64:
                add_run<dtype::f64>(c, x, count, sums.data());
                break;
            case dtype::f16:
                add_run<dtype::f16>(c, x, count, sums.data());
                break;
            case dtype::bf16:
                add_run<dtype::bf16>(c, x, count, sums.data());
                break;
            default:
                add_run<dtype::f32>(c, x, count, sums.data());
                break;
        }
    }
    std::byte* destination = sum.output.data + first * bytes(sum.output.type);
    switch (sum.output.type) {
        case dtype::f64:
            return store_run<dtype::f64>(sums.data(), count, destination);
        case dtype::f16:
            return store_run<dtype::f16>(sums.data(), count, destination);
        case dtype::bf16:
            return store_run<dtype::bf16>(sums.data(), count, destination);
        default:
            return store_run<dtype::f32>(sums.data(), count, destination);
    }
}

/// Elements [first, last) of a sum of at least one term.
template <class Real>
BOUILLON_INLINE void sum_plain(const term_sum& sum, std::size_t first, std::size_t last) {
    for (; first < last; first += tile_elements) sum_tile<Real>(sum, first, std::min(tile_elements, last - first));
}

}  // namespace bouillon::detail
