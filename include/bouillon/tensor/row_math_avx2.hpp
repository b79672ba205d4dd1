// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/instruction_set.hpp>

#if defined(__x86_64__)
#    include <immintrin.h>

#    include <cstddef>
#    include <limits>

/// Maxima, exponentials and gates of a row of floats in AVX2.
///
/// A scalar loop over std::exp takes ten times as long.
namespace bouillon::detail {

BOUILLON_AVX2 BOUILLON_INLINE __m256 broadcast(float value) { return _mm256_set1_ps(value); }

/// exp(x) of eight floats to 1 unit in the last place, subnormal results included; NaN stays NaN.
///
///     exp(x) = 2^n exp(r),  n = round(x / ln 2),  r = x - n ln 2 in two parts, |r| <= ln(2) / 2
///
/// Reference: the polynomial is Moshier's, of the Cephes library (expf.c).
BOUILLON_AVX2 BOUILLON_INLINE __m256 exponential(__m256 x) {
    x = _mm256_min_ps(broadcast(89), _mm256_max_ps(broadcast(-104), x));  // infinite above, 0 below; NaN passes
    const __m256 n =
        _mm256_round_ps(_mm256_mul_ps(x, broadcast(1.44269504f)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m256 r = _mm256_fnmadd_ps(n, broadcast(0.693359375f), x);
    r = _mm256_fnmadd_ps(n, broadcast(-2.12194440e-4f), r);
    __m256 p = broadcast(1.9875691500e-4f);
    p = _mm256_fmadd_ps(p, r, broadcast(1.3981999507e-3f));
    p = _mm256_fmadd_ps(p, r, broadcast(8.3334519073e-3f));
    p = _mm256_fmadd_ps(p, r, broadcast(4.1665795894e-2f));
    p = _mm256_fmadd_ps(p, r, broadcast(1.6666665459e-1f));
    p = _mm256_fmadd_ps(p, r, broadcast(5.0000001201e-1f));
    p = _mm256_add_ps(_mm256_fmadd_ps(p, _mm256_mul_ps(r, r), r), broadcast(1));
    // 2^n as two factors, since 2^-150 and 2^128 are no normal floats.
    const __m256i whole = _mm256_cvtps_epi32(n), half = _mm256_srai_epi32(whole, 1), bias = _mm256_set1_epi32(127);
    const __m256i low = _mm256_slli_epi32(_mm256_add_epi32(half, bias), 23);
    const __m256i high = _mm256_slli_epi32(_mm256_add_epi32(_mm256_sub_epi32(whole, half), bias), 23);
    return _mm256_mul_ps(_mm256_mul_ps(p, _mm256_castsi256_ps(low)), _mm256_castsi256_ps(high));
}

/// All bits set in the first `count` < 8 lanes.
BOUILLON_AVX2 BOUILLON_INLINE __m256i first_lanes(std::size_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/// The first `count` < 8 floats at x, then `filler`.
BOUILLON_AVX2 BOUILLON_INLINE __m256 load_tail(const float* x, std::size_t count, float filler) {
    const __m256i lanes = first_lanes(count);
    return _mm256_blendv_ps(broadcast(filler), _mm256_maskload_ps(x, lanes), _mm256_castsi256_ps(lanes));
}

BOUILLON_AVX2 BOUILLON_INLINE void store_tail(__m256 value, float* x, std::size_t count) {
    _mm256_maskstore_ps(x, first_lanes(count), value);
}

BOUILLON_AVX2 inline float maximum_avx2(const float* x, std::size_t count) {
    constexpr float lowest = -std::numeric_limits<float>::infinity();
    __m256 most = broadcast(lowest);
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8) most = _mm256_max_ps(most, _mm256_loadu_ps(x + i));
    most = _mm256_max_ps(most, load_tail(x + i, count - i, lowest));
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(most), _mm256_extractf128_ps(most, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

BOUILLON_AVX2 BOUILLON_INLINE __m256d add_to_doubles(__m256d sum, __m256 x) {
    return _mm256_add_pd(
        sum, _mm256_add_pd(_mm256_cvtps_pd(_mm256_castps256_ps128(x)), _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1))));
}

BOUILLON_AVX2 BOUILLON_INLINE double sum_lanes(__m256d x) {
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(x), _mm256_extractf128_pd(x, 1));
    return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

BOUILLON_AVX2 inline double sum_of_squares_avx2(const float* x, std::size_t count) {
    __m256d sum = _mm256_setzero_pd();
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4) {
        const __m256d four = _mm256_cvtps_pd(_mm_loadu_ps(x + i));
        sum = _mm256_fmadd_pd(four, four, sum);
    }
    double rest = 0;
    for (; i < count; ++i) rest += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    return sum_lanes(sum) + rest;
}

BOUILLON_AVX2 inline double exponentials_avx2(float* x, std::size_t count, float shift) {
    const __m256 shifts = broadcast(shift);
    __m256d sum = _mm256_setzero_pd();
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const __m256 e = exponential(_mm256_sub_ps(_mm256_loadu_ps(x + i), shifts));
        _mm256_storeu_ps(x + i, e);
        sum = add_to_doubles(sum, e);
    }
    const float nothing = -std::numeric_limits<float>::infinity();
    const __m256 e = exponential(_mm256_sub_ps(load_tail(x + i, count - i, nothing), shifts));
    store_tail(e, x + i, count - i);
    return sum_lanes(add_to_doubles(sum, e));
}

BOUILLON_AVX2 BOUILLON_INLINE __m256 gated_silu(__m256 gate, __m256 up) {
    const __m256 e = exponential(_mm256_sub_ps(_mm256_setzero_ps(), gate));
    return _mm256_mul_ps(_mm256_div_ps(gate, _mm256_add_ps(broadcast(1), e)), up);
}

BOUILLON_AVX2 inline void gated_silu_avx2(float* gate, const float* up, std::size_t count) {
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8)
        _mm256_storeu_ps(gate + i, gated_silu(_mm256_loadu_ps(gate + i), _mm256_loadu_ps(up + i)));
    const std::size_t rest = count - i;
    store_tail(gated_silu(load_tail(gate + i, rest, 0), load_tail(up + i, rest, 0)), gate + i, rest);
}

/// tanh(x) of eight floats to 2 units in the last place; NaN stays NaN.
///
/// Reference: the polynomial is Moshier's, of the Cephes library (tanhf.c).
BOUILLON_AVX2 BOUILLON_INLINE __m256 hyperbolic_tangent(__m256 x) {
    const __m256 sign = _mm256_and_ps(x, broadcast(-0.0f)), size = _mm256_andnot_ps(broadcast(-0.0f), x);
    const __m256 z = _mm256_mul_ps(x, x);
    __m256 p = broadcast(-5.70498872745e-3f);
    p = _mm256_fmadd_ps(p, z, broadcast(2.06390887954e-2f));
    p = _mm256_fmadd_ps(p, z, broadcast(-5.37397155531e-2f));
    p = _mm256_fmadd_ps(p, z, broadcast(1.33314422036e-1f));
    p = _mm256_fmadd_ps(p, z, broadcast(-3.33332819422e-1f));
    const __m256 near_zero = _mm256_fmadd_ps(_mm256_mul_ps(p, z), x, x);
    const __m256 e = exponential(_mm256_add_ps(size, size));
    const __m256 away = _mm256_sub_ps(broadcast(1), _mm256_div_ps(broadcast(2), _mm256_add_ps(e, broadcast(1))));
    return _mm256_blendv_ps(_mm256_or_ps(away, sign), near_zero, _mm256_cmp_ps(size, broadcast(0.625f), _CMP_LT_OQ));
}

BOUILLON_AVX2 inline void cap_all_avx2(float* x, std::size_t count, float cap) {
    const __m256 caps = broadcast(cap);
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8)
        _mm256_storeu_ps(x + i, _mm256_mul_ps(caps, hyperbolic_tangent(_mm256_div_ps(_mm256_loadu_ps(x + i), caps))));
    const __m256 rest = load_tail(x + i, count - i, 0);
    store_tail(_mm256_mul_ps(caps, hyperbolic_tangent(_mm256_div_ps(rest, caps))), x + i, count - i);
}

BOUILLON_AVX2 BOUILLON_INLINE __m256 gelu_by_tanh(__m256 x) {
    const __m256 square = _mm256_mul_ps(x, x);
    const __m256 inner = _mm256_fmadd_ps(_mm256_mul_ps(broadcast(0.044715f), square), x, x);
    const __m256 t = hyperbolic_tangent(_mm256_mul_ps(broadcast(0.79788456f), inner));
    return _mm256_mul_ps(_mm256_mul_ps(broadcast(0.5f), x), _mm256_add_ps(broadcast(1), t));
}

BOUILLON_AVX2 inline void gelu_by_tanh_avx2(float* x, std::size_t count) {
    std::size_t i = 0;
    for (; i + 8 <= count; i += 8) _mm256_storeu_ps(x + i, gelu_by_tanh(_mm256_loadu_ps(x + i)));
    store_tail(gelu_by_tanh(load_tail(x + i, count - i, 0)), x + i, count - i);
}

}  // namespace bouillon::detail
#endif
