// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge/chain_sums.hpp>
#include <bouillon/tensor/instruction_set.hpp>

#if defined(__x86_64__)
#    include <immintrin.h>

/// The sums of a chain in AVX-512: float64 throughout, 32 elements at a time, each read and widened once.
namespace bouillon::detail {

/// 32 elements, widened.
struct wide_double_block {
    static constexpr std::size_t size = 32;
    __m512d part[4];  // (4, 8)
};

// The forms with a mask of every lane, since g++ 12 warns about what the plain ones leave undefined.

BOUILLON_AVX512 BOUILLON_INLINE __m512d widen(__m256 x) { return _mm512_maskz_cvtps_pd(0xff, x); }

template <int Half>
BOUILLON_AVX512 BOUILLON_INLINE __m512d widen_half(__m512 x) {
    return widen(_mm256_castpd_ps(_mm512_maskz_extractf64x4_pd(0xff, _mm512_castps_pd(x), Half)));
}

template <dtype Type>
BOUILLON_AVX512 BOUILLON_INLINE wide_double_block load_wide_double_block(const std::byte* x) {
    if constexpr (Type == dtype::f64) {
        const auto* const d = reinterpret_cast<const double*>(x);
        return {{_mm512_loadu_pd(d), _mm512_loadu_pd(d + 8), _mm512_loadu_pd(d + 16), _mm512_loadu_pd(d + 24)}};
    } else if constexpr (Type == dtype::f32) {
        const auto* const f = reinterpret_cast<const float*>(x);
        return {{widen(_mm256_loadu_ps(f)), widen(_mm256_loadu_ps(f + 8)), widen(_mm256_loadu_ps(f + 16)),
                 widen(_mm256_loadu_ps(f + 24))}};
    } else {
        constexpr __mmask16 every = 0xffff;
        __m512 low, high;
        if constexpr (Type == dtype::f16) {
            const auto* const halves = reinterpret_cast<const __m256i*>(x);
            low = _mm512_maskz_cvtph_ps(every, _mm256_loadu_si256(halves));
            high = _mm512_maskz_cvtph_ps(every, _mm256_loadu_si256(halves + 1));
        } else {  // those of even places, then those of odd
            const __m512i halves = _mm512_loadu_si512(x);
            low = _mm512_castsi512_ps(_mm512_maskz_slli_epi32(every, halves, 16));
            high = _mm512_castsi512_ps(_mm512_and_si512(halves, _mm512_set1_epi32(-0x10000)));
        }
        return {{widen_half<0>(low), widen_half<1>(low), widen_half<0>(high), widen_half<1>(high)}};
    }
}

BOUILLON_AVX512 BOUILLON_INLINE double sum_of_lanes(__m512d x) {
    double sum = 0;
    for (std::size_t lane = 0; lane < 8; ++lane) sum += x[lane];
    return sum;
}

/// The first elements of a chain of `Length`, a multiple of a block's size.
template <dtype Type, std::size_t Length>
BOUILLON_AVX512 inline chain_sums sum_blocks_avx512(const std::byte* const* chain, std::size_t count) {
    // The longer the chain, the more sums go on at the same time; a short one needs two of each to hide their latency.
    constexpr std::size_t strands = Length > 2 ? 1 : 2;
    __m512d squares[Length][strands], products[Length][strands], differences[Length][strands];
    for (std::size_t k = 0; k < Length; ++k)
        for (std::size_t s = 0; s < strands; ++s)
            squares[k][s] = products[k][s] = differences[k][s] = _mm512_setzero_pd();
    for (std::size_t i = 0; i < count; i += wide_double_block::size) {
        wide_double_block before = load_wide_double_block<Type>(chain[0] + i * bytes(Type));
        for (std::size_t j = 0; j < 4; ++j)
            squares[0][j % strands] = _mm512_fmadd_pd(before.part[j], before.part[j], squares[0][j % strands]);
#    pragma GCC unroll 4
        for (std::size_t k = 1; k < Length; ++k) {
            const wide_double_block x = load_wide_double_block<Type>(chain[k] + i * bytes(Type));
#    pragma GCC unroll 4
            for (std::size_t j = 0; j < 4; ++j) {
                const std::size_t s = j % strands;
                const __m512d step = _mm512_sub_pd(x.part[j], before.part[j]);
                squares[k][s] = _mm512_fmadd_pd(x.part[j], x.part[j], squares[k][s]);
                products[k][s] = _mm512_fmadd_pd(before.part[j], x.part[j], products[k][s]);
                differences[k][s] = _mm512_fmadd_pd(step, step, differences[k][s]);
            }
            before = x;
        }
    }
    chain_sums sums;
    for (std::size_t k = 0; k < Length; ++k)
        for (std::size_t s = 0; s < strands; ++s) {
            sums.squares[k] += sum_of_lanes(squares[k][s]);
            sums.products[k] += sum_of_lanes(products[k][s]);
            sums.differences[k] += sum_of_lanes(differences[k][s]);
        }
    return sums;
}

template <dtype Type>
BOUILLON_AVX512 inline chain_sums sum_blocks_avx512(std::span<const std::byte* const> chain, std::size_t count) {
    switch (chain.size()) {
        case 1:
            return sum_blocks_avx512<Type, 1>(chain.data(), count);
        case 2:
            return sum_blocks_avx512<Type, 2>(chain.data(), count);
        case 3:
            return sum_blocks_avx512<Type, 3>(chain.data(), count);
        default:
            return sum_blocks_avx512<Type, chain_length>(chain.data(), count);
    }
}

/// The first `count` elements of a chain of at most chain_length tensors.
BOUILLON_AVX512 inline chain_sums sum_chain_avx512(dtype type, std::span<const std::byte* const> chain,
                                                   std::size_t count) {
    const std::size_t whole = count / wide_double_block::size * wide_double_block::size;
    chain_sums sums;
    switch (type) {
        case dtype::f64:
            sums = sum_blocks_avx512<dtype::f64>(chain, whole);
            break;
        case dtype::f16:
            sums = sum_blocks_avx512<dtype::f16>(chain, whole);
            break;
        case dtype::bf16:
            sums = sum_blocks_avx512<dtype::bf16>(chain, whole);
            break;
        default:
            sums = sum_blocks_avx512<dtype::f32>(chain, whole);
            break;
    }
    return sums += sum_chain_plain(type, chain, whole, count);
}

}  // namespace bouillon::detail
#endif
