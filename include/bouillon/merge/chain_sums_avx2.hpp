// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge/chain_sums.hpp>
#include <bouillon/tensor/instruction_set.hpp>

#if defined(__x86_64__)
#    include <immintrin.h>

/// The sums of a chain in AVX2: float64 throughout, 16 elements at a time, each read and widened once.
namespace bouillon::detail {

/// 16 elements, widened.
struct double_block {
    static constexpr std::size_t size = 16;
    __m256d part[4];  // (4, 4)
};

template <dtype Type>
BOUILLON_AVX2 BOUILLON_INLINE double_block load_double_block(const std::byte* x) {
    if constexpr (Type == dtype::f64) {
        const auto* const d = reinterpret_cast<const double*>(x);
        return {{_mm256_loadu_pd(d), _mm256_loadu_pd(d + 4), _mm256_loadu_pd(d + 8), _mm256_loadu_pd(d + 12)}};
    } else if constexpr (Type == dtype::f32) {
        const auto* const f = reinterpret_cast<const float*>(x);
        return {{_mm256_cvtps_pd(_mm_loadu_ps(f)), _mm256_cvtps_pd(_mm_loadu_ps(f + 4)),
                 _mm256_cvtps_pd(_mm_loadu_ps(f + 8)), _mm256_cvtps_pd(_mm_loadu_ps(f + 12))}};
    } else {
        const __m256i halves = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x));
        __m256 low, high;
        if constexpr (Type == dtype::f16) {
            low = _mm256_cvtph_ps(_mm256_castsi256_si128(halves));
            high = _mm256_cvtph_ps(_mm256_extracti128_si256(halves, 1));
        } else {  // those of even places, then those of odd
            low = _mm256_castsi256_ps(_mm256_slli_epi32(halves, 16));
            high = _mm256_castsi256_ps(_mm256_and_si256(halves, _mm256_set1_epi32(-0x10000)));
        }
        return {{_mm256_cvtps_pd(_mm256_castps256_ps128(low)), _mm256_cvtps_pd(_mm256_extractf128_ps(low, 1)),
                 _mm256_cvtps_pd(_mm256_castps256_ps128(high)), _mm256_cvtps_pd(_mm256_extractf128_ps(high, 1))}};
    }
}

BOUILLON_AVX2 BOUILLON_INLINE double sum_of_lanes(__m256d x) {
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(x), _mm256_extractf128_pd(x, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

/// The first elements of a chain of `Length`, a multiple of a block's size.
template <dtype Type, std::size_t Length>
BOUILLON_AVX2 inline chain_sums sum_blocks_avx2(const std::byte* const* chain, std::size_t count) {
    // The longer the chain, the more sums go on at the same time; a short one needs two of each to hide their latency.
    constexpr std::size_t strands = Length > 2 ? 1 : 2;
    __m256d squares[Length][strands], products[Length][strands], differences[Length][strands];
    for (std::size_t k = 0; k < Length; ++k)
        for (std::size_t s = 0; s < strands; ++s)
            squares[k][s] = products[k][s] = differences[k][s] = _mm256_setzero_pd();
    for (std::size_t i = 0; i < count; i += double_block::size) {
        double_block before = load_double_block<Type>(chain[0] + i * bytes(Type));
        for (std::size_t j = 0; j < 4; ++j)
            squares[0][j % strands] = _mm256_fmadd_pd(before.part[j], before.part[j], squares[0][j % strands]);
#    pragma GCC unroll 4
        for (std::size_t k = 1; k < Length; ++k) {
            const double_block x = load_double_block<Type>(chain[k] + i * bytes(Type));
#    pragma GCC unroll 4
            for (std::size_t j = 0; j < 4; ++j) {
                const std::size_t s = j % strands;
                const __m256d step = _mm256_sub_pd(x.part[j], before.part[j]);
                squares[k][s] = _mm256_fmadd_pd(x.part[j], x.part[j], squares[k][s]);
                products[k][s] = _mm256_fmadd_pd(before.part[j], x.part[j], products[k][s]);
                differences[k][s] = _mm256_fmadd_pd(step, step, differences[k][s]);
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
BOUILLON_AVX2 inline chain_sums sum_blocks_avx2(std::span<const std::byte* const> chain, std::size_t count) {
    switch (chain.size()) {
        case 1:
            return sum_blocks_avx2<Type, 1>(chain.data(), count);
        case 2:
            return sum_blocks_avx2<Type, 2>(chain.data(), count);
        case 3:
            return sum_blocks_avx2<Type, 3>(chain.data(), count);
        default:
            return sum_blocks_avx2<Type, chain_length>(chain.data(), count);
    }
}

/// The first `count` elements of a chain of at most chain_length tensors.
BOUILLON_AVX2 inline chain_sums sum_chain_avx2(dtype type, std::span<const std::byte* const> chain, std::size_t count) {
    const std::size_t whole = count / double_block::size * double_block::size;
    chain_sums sums;
    switch (type) {
        case dtype::f64:
            sums = sum_blocks_avx2<dtype::f64>(chain, whole);
            break;
        case dtype::f16:
            sums = sum_blocks_avx2<dtype::f16>(chain, whole);
            break;
        case dtype::bf16:
            sums = sum_blocks_avx2<dtype::bf16>(chain, whole);
            break;
        default:
            sums = sum_blocks_avx2<dtype::f32>(chain, whole);
            break;
    }
    return sums += sum_chain_plain(type, chain, whole, count);
}

}  // namespace bouillon::detail
#endif
