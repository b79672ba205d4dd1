// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/weighted_sum_tile.hpp>

#if defined(__x86_64__)
#    include <immintrin.h>

#    include <cstdint>
#    include <utility>

/// Float32 sums in AVX2: the bits of the plain loops at the speed of memory.
///
/// What that takes was measured (docs/notes/2026-11-24-weighted-sums-on-a-host.md): 256 bytes of each input in turn and
/// eight inputs at most, so that the processor's prefetching follows them all. More inputs take turns, for 64 KiB each,
/// while the sums rest in the second-level cache.
namespace bouillon::detail {

/// How a register holds eight elements: as they come, or two registers the even and the odd ones of sixteen.
///
/// To and from BF16 the latter takes fewer instructions, and a constant.
enum class lane_order { natural, even_odd };

/// The index-th eight elements of F32, F16 or BF16.
template <dtype Type, lane_order Order>
BOUILLON_AVX2 BOUILLON_INLINE __m256 load_lanes(const std::byte* x, std::size_t index) {
    if constexpr (Order == lane_order::even_odd) {
        const __m256i both = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + index / 2 * 32));
        return _mm256_castsi256_ps(index % 2 == 0 ? _mm256_slli_epi32(both, 16)
                                                  : _mm256_and_si256(both, _mm256_set1_epi32(-0x10000)));
    }
    x += index * 8 * bytes(Type);
    if constexpr (Type == dtype::f32) return _mm256_loadu_ps(reinterpret_cast<const float*>(x));
    const __m128i half = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x));
    if constexpr (Type == dtype::f16) return _mm256_cvtph_ps(half);
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(half), 16));
}

/// float_to_bf16 of eight floats that are no NaN, in the upper halves of eight words.
BOUILLON_AVX2 BOUILLON_INLINE __m256i round_number_to_bf16(__m256i u) {
    const __m256i last_bit = _mm256_and_si256(_mm256_srli_epi32(u, 16), _mm256_set1_epi32(1));
    return _mm256_add_epi32(_mm256_add_epi32(u, _mm256_set1_epi32(0x7fff)), last_bit);
}

BOUILLON_AVX2 BOUILLON_INLINE __m256i round_to_bf16(__m256 value) {
    const __m256i u = _mm256_castps_si256(value), quiet = _mm256_or_si256(u, _mm256_set1_epi32(0x400000));
    const __m256i is_nan = _mm256_castps_si256(_mm256_cmp_ps(value, value, _CMP_UNORD_Q));
    return _mm256_blendv_epi8(round_number_to_bf16(u), quiet, is_nan);
}

template <lane_order Order>
BOUILLON_AVX2 BOUILLON_INLINE __m256i round_to_bf16(__m256 first, __m256 second) {
    __m256i a = round_number_to_bf16(_mm256_castps_si256(first)), b = round_number_to_bf16(_mm256_castps_si256(second));
    if (_mm256_movemask_ps(_mm256_cmp_ps(first, second, _CMP_UNORD_Q)) != 0) [[unlikely]] {
        a = round_to_bf16(first);
        b = round_to_bf16(second);
    }
    a = _mm256_srli_epi32(a, 16);
    if constexpr (Order == lane_order::even_odd) return _mm256_blend_epi16(a, b, 0b10101010);
    // Packing works within each half of a register, so its quarters come out as 0 2 1 3.
    return _mm256_permute4x64_epi64(_mm256_packus_epi32(a, _mm256_srli_epi32(b, 16)), 0b11011000);
}

BOUILLON_AVX2 BOUILLON_INLINE __m256i round_to_f16(__m256 low, __m256 high) {
    return _mm256_set_m128i(_mm256_cvtps_ph(high, _MM_FROUND_TO_NEAREST_INT),
                            _mm256_cvtps_ph(low, _MM_FROUND_TO_NEAREST_INT));
}

/// Stores eight lanes.
/// @param value what is stored
/// @param destination 32 bytes
/// @param streams past the caches, to an address that is a multiple of 32
BOUILLON_AVX2 BOUILLON_INLINE void store_register(__m256i value, std::byte* destination, bool streams) {
    auto* const lanes = reinterpret_cast<__m256i*>(destination);
    streams ? _mm256_stream_si256(lanes, value) : _mm256_storeu_si256(lanes, value);
}

/// Rounds two registers to elements [i, i + 16) of an output.
template <lane_order Order>
BOUILLON_AVX2 BOUILLON_INLINE void store_lanes(__m256 first, __m256 second, mutable_tensor_view output, std::size_t i,
                                               bool streams) {
    std::byte* const destination = output.data + i * bytes(output.type);
    if (Order == lane_order::even_odd || output.type == dtype::bf16)
        return store_register(round_to_bf16<Order>(first, second), destination, streams);
    if (output.type == dtype::f16) return store_register(round_to_f16(first, second), destination, streams);
    store_register(_mm256_castps_si256(first), destination, streams);
    store_register(_mm256_castps_si256(second), destination + 32, streams);
}

/// The terms of each candidate.
template <std::size_t Candidates>
using candidate_terms = std::array<const weighted_term*, Candidates>;

/// What is added at once: some terms of some candidates' sums, over a run of elements.
///
/// The candidates have the same inputs and differ in their coefficients and outputs.
template <std::size_t Candidates>
struct sum_pass {
    std::array<const term_sum*, Candidates> candidates;
    std::size_t first, last;  ///< elements
    std::size_t first_term, last_term;
    bool streams;    ///< the outputs go past the caches
    float* partial;  ///< (last - first), between passes; null where there is but one
};

/// Adds an input to the sums of elements [i, i + 8 * registers) of each candidate, `registers` each.
template <dtype Type, lane_order Order, std::size_t Candidates, std::size_t... I>
BOUILLON_AVX2 BOUILLON_INLINE void add_lanes(const candidate_terms<Candidates>& terms, std::size_t k, std::size_t i,
                                             __m256* sums, std::index_sequence<I...>) {
    constexpr std::size_t registers = sizeof...(I) / Candidates;
    const std::byte* const x = terms[0][k].data + i * bytes(Type);
    ((sums[I] = _mm256_fmadd_ps(_mm256_set1_ps(terms[I / registers][k].narrow),
                                load_lanes<Type, Order>(x, I % registers), sums[I])),
     ...);
}

template <lane_order Order, std::size_t Candidates, std::size_t... I>
BOUILLON_AVX2 BOUILLON_INLINE void add_input(const candidate_terms<Candidates>& terms, std::size_t k, std::size_t i,
                                             __m256* sums, std::index_sequence<I...> lanes) {
    const dtype type = terms[0][k].type;
    if (Order == lane_order::even_odd || type == dtype::bf16)
        add_lanes<dtype::bf16, Order>(terms, k, i, sums, lanes);
    else if (type == dtype::f16)
        add_lanes<dtype::f16, lane_order::natural>(terms, k, i, sums, lanes);
    else
        add_lanes<dtype::f32, lane_order::natural>(terms, k, i, sums, lanes);
}

inline constexpr std::size_t inputs_at_once = 8;

/// Adds the terms from k on, `inputs_at_once` at most, each by instructions of its own: some that alternate between
/// inputs lead the prefetching astray, and cost up to three quarters of the bandwidth.
template <lane_order Order, std::size_t Candidates, std::size_t... Slot, class Lanes>
BOUILLON_AVX2 BOUILLON_INLINE void add_inputs(const candidate_terms<Candidates>& terms, std::size_t k, std::size_t end,
                                              std::size_t i, __m256* sums, std::index_sequence<Slot...>, Lanes lanes) {
    static_cast<void>(((k + Slot < end && (add_input<Order>(terms, k + Slot, i, sums, lanes), true)) && ...));
}

template <lane_order Order, std::size_t Candidates, std::size_t... I>
BOUILLON_AVX2 inline void run_pass(const sum_pass<Candidates>& pass, std::index_sequence<I...> lanes) {
    constexpr std::size_t registers = sizeof...(I) / Candidates;
    constexpr auto slots = std::make_index_sequence<inputs_at_once>();
    candidate_terms<Candidates> terms;
    for (std::size_t c = 0; c < Candidates; ++c) terms[c] = pass.candidates[c]->terms.data();
    const bool starts = pass.first_term == 0, ends = pass.last_term == pass.candidates[0]->terms.size();
    for (std::size_t i = pass.first; i < pass.last; i += 8 * registers) {
        float* const partial = pass.partial + (i - pass.first);
        __m256 sums[sizeof...(I)];
        ((sums[I] = starts ? _mm256_set1_ps(-0.0f) : _mm256_loadu_ps(partial + 8 * I)), ...);
        for (std::size_t k = pass.first_term; k < pass.last_term; k += inputs_at_once)
            add_inputs<Order>(terms, k, pass.last_term, i, sums, slots, lanes);
        if (ends)
            ((I % 2 == 0 ? store_lanes<Order>(sums[I], sums[I | 1], pass.candidates[I / registers]->output,
                                              i + 8 * (I % registers), pass.streams)
                         : void()),
             ...);
        else
            (_mm256_storeu_ps(partial + 8 * I, sums[I]), ...);
    }
}

/// Whether an output is worth writing past the caches, which saves reading it first: it must be too large for its
/// reader to find it there.
inline bool streams_to(mutable_tensor_view output) {
    constexpr std::size_t large = 8 << 20;  // bytes
    const bool aligned_elements = reinterpret_cast<std::uintptr_t>(output.data) % bytes(output.type) == 0;
    return output.size * bytes(output.type) >= large && aligned_elements;
}

/// Elements [first, last) of a float32 sum, which are no whole block.
BOUILLON_AVX2 inline void sum_edge_avx2(const term_sum& sum, std::size_t first, std::size_t last) {
    sum_plain<float>(sum, first, last);
}

/// Elements [first, last) of float32 sums of at least one term, of candidates with the same inputs, in one pass.
template <std::size_t Candidates>
BOUILLON_AVX2 inline void sum_avx2(const std::array<const term_sum*, Candidates>& candidates, std::size_t first,
                                   std::size_t last) {
    constexpr std::size_t run = 1 << 16;  // bytes
    constexpr std::size_t block = 128;    // elements, 256 bytes of the narrow types
    const auto& terms = candidates[0]->terms;
    const auto narrow = [](const weighted_term& term) { return term.type != dtype::f32; };
    const bool all_narrow = std::all_of(terms.begin(), terms.end(), narrow);
    const std::size_t aligned = aligned_from(candidates[0]->output, first, last);
    bool streams = true;
    for (const term_sum* sum : candidates)
        streams = streams && streams_to(sum->output) && aligned_from(sum->output, aligned, last) == aligned;
    const std::size_t begin = streams ? aligned : first, whole = begin + (last - begin) / block * block;
    if constexpr (Candidates > 1) {
        const sum_pass<Candidates> pass{candidates, begin, whole, 0, terms.size(), streams, nullptr};
        const auto is_bf16 = [](const auto& what) { return what.type == dtype::bf16; };
        const bool all_bf16 = std::all_of(terms.begin(), terms.end(), is_bf16) &&
                              std::all_of(candidates.begin(), candidates.end(),
                                          [&](const term_sum* sum) { return is_bf16(sum->output); });
        all_bf16 ? run_pass<lane_order::even_odd>(pass, std::make_index_sequence<8>())
                 : run_pass<lane_order::natural>(pass, std::make_index_sequence<8>());
    } else {
        alignas(64) std::array<float, run / 2> partial;
        const std::size_t tile = all_narrow ? run / 2 : run / 4;
        for (std::size_t i = begin; i < whole; i += tile)
            for (std::size_t k = 0; k < terms.size(); k += inputs_at_once) {
                const sum_pass<1> pass{
                    candidates,    i, std::min(i + tile, whole), k, std::min(k + inputs_at_once, terms.size()), streams,
                    partial.data()};
                all_narrow ? run_pass<lane_order::natural>(pass, std::make_index_sequence<16>())
                           : run_pass<lane_order::natural>(pass, std::make_index_sequence<8>());
            }
    }
    if (streams) _mm_sfence();
    for (const term_sum* sum : candidates) {
        sum_edge_avx2(*sum, first, begin);
        sum_edge_avx2(*sum, whole, last);
    }
}

BOUILLON_AVX2 inline void sum_double_avx2(const term_sum& sum, std::size_t first, std::size_t last) {
    sum_plain<double>(sum, first, last);
}

}  // namespace bouillon::detail
#endif
