// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/element.hpp>
#include <bouillon/tensor/instruction_set.hpp>
#include <bouillon/tensor/tensor_view.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

/// A weighted sum's inner loops on one host thread: a few hundred bytes of each input in turn, the sums in the
/// first-level cache. Plain loops, which every compiler vectorises where it has a fused multiply-add.
namespace bouillon::detail {

/// One input of a weighted sum.
struct weighted_term {
    const std::byte* data;
    dtype type;
    double coefficient;
    float narrow = static_cast<float>(coefficient);
};

/// A weighted sum whose arguments are checked.
struct term_sum {
    std::vector<weighted_term> terms;  // (inputs whose coefficient is not 0)
    mutable_tensor_view output;
};

/// Whether a sum is accumulated in float64.
inline bool sums_in_double(std::span<const weighted_term> terms, dtype output) {
    return output == dtype::f64 ||
           std::any_of(terms.begin(), terms.end(), [](const weighted_term& t) { return t.type == dtype::f64; });
}

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
BOUILLON_INLINE void store_run(const Real* sums, std::size_t count, std::byte* out) {
    for (std::size_t i = 0; i < count; ++i) store_element(Type, out, i, sums[i]);
}

inline constexpr std::size_t sum_tile = 128;  // elements

/// Elements [first, first + count) of a sum, at most a tile.
template <class Real>
BOUILLON_INLINE void sum_plain_tile(const term_sum& sum, std::size_t first, std::size_t count) {
    std::array<Real, sum_tile> sums;
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
    std::byte* out = sum.output.data + first * bytes(sum.output.type);
    switch (sum.output.type) {
        case dtype::f64:
            return store_run<dtype::f64>(sums.data(), count, out);
        case dtype::f16:
            return store_run<dtype::f16>(sums.data(), count, out);
        case dtype::bf16:
            return store_run<dtype::bf16>(sums.data(), count, out);
        default:
            return store_run<dtype::f32>(sums.data(), count, out);
    }
}

/// Elements [first, last) of a sum of at least one term.
template <class Real>
BOUILLON_INLINE void weighted_sum_plain(const term_sum& sum, std::size_t first, std::size_t last) {
    for (; first + sum_tile <= last; first += sum_tile) sum_plain_tile<Real>(sum, first, sum_tile);
    if (first < last) sum_plain_tile<Real>(sum, first, last - first);
}

}  // namespace bouillon::detail
