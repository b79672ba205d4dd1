// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/weighted_sum_tile.hpp>

#if defined(__x86_64__)
#    include <immintrin.h>

#    include <cstdint>

/// The float32 tile of a weighted sum in AVX2: the bits of the plain loops at the speed of memory. Two inputs at a
/// time go through four registers; the sums rest in the first-level cache between pairs.
namespace bouillon::detail {

/// 32 floats.
struct float_block {
    static constexpr std::size_t size = 32;
    __m256 a, b, c, d;
};

template <dtype Type>
BOUILLON_AVX2 BOUILLON_INLINE __m256 load_lanes(const std::byte* x) {
    if constexpr (Type == dtype::f32) return _mm256_loadu_ps(reinterpret_cast<const float*>(x));
    const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x));
    if constexpr (Type == dtype::f16) return _mm256_cvtph_ps(half);
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(half), 16));
}

template <dtype Type>
BOUILLON_AVX2 BOUILLON_INLINE float_block load_block(const std::byte* x) {
    constexpr std::size_t step = 8 * bytes(Type);
    return {load_lanes<Type>(x), load_lanes<Type>(x + step), load_lanes<Type>(x + 2 * step),
            load_lanes<Type>(x + 3 * step)};
}

BOUILLON_AVX2 BOUILLON_INLINE float_block multiply(__m256 w, const float_block& x) {
    return {_mm256_mul_ps(w, x.a), _mm256_mul_ps(w, x.b), _mm256_mul_ps(w, x.c), _mm256_mul_ps(w, x.d)};
}

BOUILLON_AVX2 BOUILLON_INLINE float_block multiply_add(__m256 w, const float_block& x, const float_block& sum) {
    return {_mm256_fmadd_ps(w, x.a, sum.a), _mm256_fmadd_ps(w, x.b, sum.b), _mm256_fmadd_ps(w, x.c, sum.c),
            _mm256_fmadd_ps(w, x.d, sum.d)};
}

/// float_to_bf16 of eight floats, in the lower halves of eight words.
BOUILLON_AVX2 BOUILLON_INLINE __m256i round_to_bf16(__m256 value) {
    const __m256i u = _mm256_castps_si256(value), upper = _mm256_srli_epi32(u, 16);
    const __m256i half = _mm256_add_epi32(_mm256_set1_epi32(0x7fff), _mm256_and_si256(upper, _mm256_set1_epi32(1)));
    const __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(u, half), 16);
    const __m256i quiet = _mm256_or_si256(upper, _mm256_set1_epi32(0x40));
    const __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(value, value, _CMP_UNORD_Q));
    return _mm256_blendv_epi8(rounded, quiet, is_nan);
}

BOUILLON_AVX2 BOUILLON_INLINE __m256i round_to_bf16(__m256 low, __m256 high) {
    // Packing works within each half of a register, so its quarters come out as 0 2 1 3.
    return _mm256_permute4x64_epi64(_mm256_packus_epi32(round_to_bf16(low), round_to_bf16(high)), 0b11011000);
}

BOUILLON_AVX2 BOUILLON_INLINE __m256i round_to_f16(__m256 low, __m256 high) {
    return _mm256_set_m128i(_mm256_cvtps_ph(high, _MM_FROUND_TO_NEAREST_INT),
                            _mm256_cvtps_ph(low, _MM_FROUND_TO_NEAREST_INT));
}

/// `streams`: past the caches, to an address that is a multiple of 32.
BOUILLON_AVX2 BOUILLON_INLINE void store_register(__m256i value, std::byte* out, bool streams) {
    auto* const to = reinterpret_cast<__m256i*>(out);
    streams ? _mm256_stream_si256(to, value) : _mm256_storeu_si256(to, value);
}

BOUILLON_AVX2 BOUILLON_INLINE void store_block(const float_block& x, dtype type, std::byte* out, bool streams) {
    if (type == dtype::f32) {
        store_register(_mm256_castps_si256(x.a), out, streams);
        store_register(_mm256_castps_si256(x.b), out + 32, streams);
        store_register(_mm256_castps_si256(x.c), out + 64, streams);
        store_register(_mm256_castps_si256(x.d), out + 96, streams);
    } else {
        const bool brain = type == dtype::bf16;
        store_register(brain ? round_to_bf16(x.a, x.b) : round_to_f16(x.a, x.b), out, streams);
        store_register(brain ? round_to_bf16(x.c, x.d) : round_to_f16(x.c, x.d), out + 32, streams);
    }
}

template <dtype Type>
BOUILLON_AVX2 BOUILLON_INLINE void prefetch_block(const std::byte* x) {
    for (std::size_t line = 0; line < float_block::size * bytes(Type); line += 64)
        _mm_prefetch(reinterpret_cast<const char*>(x + line), _MM_HINT_T0);
}

/// Where a tile's sums come from and go to.
struct tile_pass {
    std::size_t first, count;  // elements; the count is a multiple of float_block::size
    bool starts, ends;         // with the first term, with the last
    bool streams;              // the output goes past the caches
    float* sums;               // (count), between passes
    std::byte* output;
    dtype output_type;
};

/// Adds `Inputs` terms, all of one type, to a tile.
template <dtype Type, std::size_t Inputs>
BOUILLON_AVX2 BOUILLON_INLINE void add_inputs(const weighted_term* terms, const tile_pass& pass) {
    constexpr std::size_t width = bytes(Type);
    const std::byte* x = terms[0].data + pass.first * width;
    const std::byte* y = terms[Inputs - 1].data + pass.first * width;
    const __m256 w = _mm256_set1_ps(static_cast<float>(terms[0].coefficient));
    const __m256 v = _mm256_set1_ps(static_cast<float>(terms[Inputs - 1].coefficient));
    std::byte* out = pass.output + pass.first * bytes(pass.output_type);
    for (std::size_t i = 0; i < pass.count; i += float_block::size) {
        prefetch_block<Type>(x + (pass.count + i) * width);
        if constexpr (Inputs == 2) prefetch_block<Type>(y + (pass.count + i) * width);
        auto* const sums = reinterpret_cast<std::byte*>(pass.sums + i);
        const float_block read = load_block<Type>(x + i * width);
        float_block sum = pass.starts ? multiply(w, read) : multiply_add(w, read, load_block<dtype::f32>(sums));
        if constexpr (Inputs == 2) sum = multiply_add(v, load_block<Type>(y + i * width), sum);
        if (pass.ends)
            store_block(sum, pass.output_type, out + i * bytes(pass.output_type), pass.streams);
        else
            store_block(sum, dtype::f32, sums, false);
    }
}

template <std::size_t Inputs>
BOUILLON_AVX2 inline void add_inputs(const weighted_term* terms, const tile_pass& pass) {
    switch (terms->type) {
        case dtype::f16:
            return add_inputs<dtype::f16, Inputs>(terms, pass);
        case dtype::bf16:
            return add_inputs<dtype::bf16, Inputs>(terms, pass);
        default:
            return add_inputs<dtype::f32, Inputs>(terms, pass);
    }
}

/// Whether an output is worth writing past the caches, which saves reading it first: it must be too large for its
/// reader to find it there.
inline bool streams_to(mutable_tensor_view output) {
    constexpr std::size_t large = 8 << 20;  // bytes
    const bool aligned_elements = reinterpret_cast<std::uintptr_t>(output.data) % bytes(output.type) == 0;
    return output.size * bytes(output.type) >= large && aligned_elements;
}

/// The first element from `first` on, or `last`, whose address is a multiple of a register's size.
inline std::size_t aligned_from(mutable_tensor_view output, std::size_t first, std::size_t last) {
    constexpr std::size_t register_size = 32;  // bytes
    const auto address = reinterpret_cast<std::uintptr_t>(output.data + first * bytes(output.type));
    return std::min(last, first + (register_size - address % register_size) % register_size / bytes(output.type));
}

/// Elements [first, last) of a float32 sum of at least one term.
BOUILLON_AVX2 inline void weighted_sum_avx2(std::span<const weighted_term> terms, std::size_t first, std::size_t last,
                                            mutable_tensor_view output) {
    // A page of each input at a time, the next one on its way: without, bandwidth was measured to fall to a third for
    // some numbers of inputs and places in memory.
    constexpr std::size_t page = 4096;  // bytes
    std::size_t widest = 2;
    for (const weighted_term& term : terms) widest = std::max(widest, bytes(term.type));
    const std::size_t tile = page / widest;
    const bool streams = streams_to(output);
    alignas(64) std::array<float, page / 2> sums;
    if (streams) {
        const std::size_t aligned = aligned_from(output, first, last);
        weighted_sum_plain<float>(terms, first, aligned, output);
        first = aligned;
    }
    const std::size_t whole = first + (last - first) / float_block::size * float_block::size;
    while (first < whole) {
        const std::size_t count = std::min(tile, whole - first);
        for (std::size_t k = 0; k < terms.size();) {
            const std::size_t inputs = k + 1 < terms.size() && terms[k].type == terms[k + 1].type ? 2 : 1;
            const tile_pass pass{first,   count,       k == 0,      k + inputs == terms.size(),
                                 streams, sums.data(), output.data, output.type};
            inputs == 2 ? add_inputs<2>(&terms[k], pass) : add_inputs<1>(&terms[k], pass);
            k += inputs;
        }
        first += count;
    }
    if (streams) _mm_sfence();
    weighted_sum_plain<float>(terms, first, last, output);
}

BOUILLON_AVX2 inline void weighted_sum_double_avx2(std::span<const weighted_term> terms, std::size_t first,
                                                   std::size_t last, mutable_tensor_view output) {
    weighted_sum_plain<double>(terms, first, last, output);
}

}  // namespace bouillon::detail
#endif
