// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/activation.hpp>
#include <bouillon/tensor/row_math_avx2.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

/// What normalisation, softmax and SiLU need of a row of floats on a host.
namespace bouillon::detail {

/// The largest of x (count); minus infinity for none.
inline float largest_of(const float* x, std::size_t count) {
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

/// Holds x (count) between -cap and cap, smoothly.
inline void cap_all(float* x, std::size_t count, float cap) {
#if defined(__x86_64__)
    if (has_avx2()) return cap_all_avx2(x, count, cap);
#endif
    for (std::size_t i = 0; i < count; ++i) x[i] = capped(x[i], cap);
}

/// x = f(x), element by element; (count).
inline void activate(const activation_function& f, float* x, std::size_t count) {
#if defined(__x86_64__)
    if (f.kind == activation::gelu_tanh && has_avx2()) return gelu_by_tanh_avx2(x, count);
#endif
    const auto each = [=](auto function) {
        for (std::size_t i = 0; i < count; ++i) x[i] = function(x[i]);
    };
    switch (f.kind) {  // outside of the loops, so that the cheap ones are vectors
        case activation::relu:
            return each([](float v) { return v < 0 ? 0.0f : v; });
        case activation::relu_squared:
            return each([](float v) { return v < 0 ? 0.0f : v * v; });
        default:
            return each([&](float v) { return activate(f, v); });
    }
}

/// gate = f(gate) up, element by element; both (count).
inline void activate_gated(const activation_function& f, float* gate, const float* up, std::size_t count) {
    if (f.kind == activation::silu) return gated_silu(gate, up, count);
    activate(f, gate, count);
    for (std::size_t i = 0; i < count; ++i) gate[i] *= gated(f, up[i]);
}

}  // namespace bouillon::detail
