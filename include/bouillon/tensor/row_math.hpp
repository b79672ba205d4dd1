// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/gelu.hpp>
#include <bouillon/tensor/row_math_avx2.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

/// What normalisation, softmax and SiLU need of a row of floats on a host.
namespace bouillon::detail {

/// The largest of x (count); minus infinity for none.
inline float maximum(const float* x, std::size_t count) {
#if defined(__x86_64__)
    if (has_avx2()) return maximum_avx2(x, count);
#endif
    float most = -std::numeric_limits<float>::infinity();
    for (std::size_t i = 0; i < count; ++i) most = std::max(most, x[i]);
    return most;
}

/// The sum of the squares of x (count), in float64.
inline double sum_of_squares(const float* x, std::size_t count) {
#if defined(__x86_64__)
    if (has_avx2()) return sum_of_squares_avx2(x, count);
#endif
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    return sum;
}

/// Replaces x (count) by exp(x - shift), to 1 unit in the last place, and returns the sum of what it wrote.
inline double exponentials(float* x, std::size_t count, float shift) {
#if defined(__x86_64__)
    if (has_avx2()) return exponentials_avx2(x, count, shift);
#endif
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += static_cast<double>(x[i] = std::exp(x[i] - shift));
    return sum;
}

/// gate = gate / (1 + exp(-gate)) * up, element by element; both (count).
inline void gated_silu(float* gate, const float* up, std::size_t count) {
#if defined(__x86_64__)
    if (has_avx2()) return gated_silu_avx2(gate, up, count);
#endif
    for (std::size_t i = 0; i < count; ++i) gate[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
}

/// GELU of x (count), in place: exact, or by tanh as some models were trained.
inline void gelu(float* x, std::size_t count, bool by_tanh) {
    for (std::size_t i = 0; i < count; ++i) x[i] = by_tanh ? gelu_by_tanh(x[i]) : gelu_exact(x[i]);
}

}  // namespace bouillon::detail
