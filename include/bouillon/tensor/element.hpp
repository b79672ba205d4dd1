// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>

#include <bit>
#include <cstdint>
#include <cstring>

/// One element of a float tensor to and from the type that a sum is accumulated in. Host and device, unaligned.
namespace bouillon::detail {

template <class Bits>
BOUILLON_HOST_DEVICE inline Bits load_bits(const std::byte* data, std::size_t i) {
    Bits bits;
    std::memcpy(&bits, data + i * sizeof(Bits), sizeof(Bits));
    return bits;
}

template <class Bits>
BOUILLON_HOST_DEVICE inline void store_bits(std::byte* data, std::size_t i, Bits bits) {
    std::memcpy(data + i * sizeof(Bits), &bits, sizeof(Bits));
}

/// binary16 to and from float: on a GPU by its own instructions, which give the same numbers.
BOUILLON_HOST_DEVICE inline float widen_f16(std::uint16_t bits) {
#if defined(__CUDA_ARCH__)
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
#else
    return f16_to_float(bits);
#endif
}
BOUILLON_HOST_DEVICE inline std::uint16_t narrow_f16(float value) {
#if defined(__CUDA_ARCH__)
    std::uint16_t bits;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
    return bits;
#else
    return float_to_f16(value);
#endif
}

/// A double to float by rounding to odd: truncated, the last bit set where anything was lost. Rounding that once more
/// to nearest, to any type of at most 22 bits, gives what rounding the double itself would have given.
BOUILLON_HOST_DEVICE inline float round_to_odd(double value) {
    float nearest = static_cast<float>(value);
    const double back = nearest;
    if (back == value || value != value) return nearest;
    auto bits = std::bit_cast<std::uint32_t>(nearest);
    const bool away_from_zero = (back < 0 ? -back : back) > (value < 0 ? -value : value);
    if (away_from_zero) --bits;
    return std::bit_cast<float>(bits | 1u);
}

/// Element i of `data`, exactly, in the accumulating type (float, or double for f64).
template <class Real>
BOUILLON_HOST_DEVICE inline Real load_element(dtype type, const std::byte* data, std::size_t i) {
    switch (type) {
        case dtype::f64:
            return static_cast<Real>(load_bits<double>(data, i));
        case dtype::f16:
            return widen_f16(load_bits<std::uint16_t>(data, i));
        case dtype::bf16:
            return bf16_to_float(load_bits<std::uint16_t>(data, i));
        default:
            return load_bits<float>(data, i);
    }
}

/// Writes element i of `data`: one rounding to nearest, ties to even.
BOUILLON_HOST_DEVICE inline void store_element(dtype type, std::byte* data, std::size_t i, float value) {
    switch (type) {
        case dtype::f64:
            return store_bits<double>(data, i, value);
        case dtype::f16:
            return store_bits(data, i, narrow_f16(value));
        case dtype::bf16:
            return store_bits(data, i, float_to_bf16(value));
        default:
            return store_bits(data, i, value);
    }
}

BOUILLON_HOST_DEVICE inline void store_element(dtype type, std::byte* data, std::size_t i, double value) {
    switch (type) {
        case dtype::f64:
            return store_bits(data, i, value);
        case dtype::f32:
            return store_bits(data, i, static_cast<float>(value));
        default:
            return store_element(type, data, i, round_to_odd(value));
    }
}

}  // namespace bouillon::detail
