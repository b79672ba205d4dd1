// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>

#include <bit>
#include <cstdint>
#include <cstring>

// One element of a float tensor to and from the type that a sum is accumulated in. Host and device, unaligned.

namespace bouillon {

namespace detail {

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

}  // namespace detail

/// Rounds a double to float by rounding to odd: truncated, the last bit set where anything was lost.
///
/// Rounding that once more to nearest, to any type of at most 22 bits, gives what rounding the double itself would have
/// given: `float_to_f16(round_to_odd(x))` is x as F16, `float_to_bf16(round_to_odd(x))` as BF16. A conversion to float
/// first would round twice.
BOUILLON_HOST_DEVICE inline float round_to_odd(double value) {
    float nearest = static_cast<float>(value);
    const double back = nearest;
    if (back == value || value != value) return nearest;
    auto bits = std::bit_cast<std::uint32_t>(nearest);
    const bool away_from_zero = (back < 0 ? -back : back) > (value < 0 ? -value : value);
    if (away_from_zero) --bits;
    return std::bit_cast<float>(bits | 1u);
}

/// Element i of a tensor of F64, F32, F16 or BF16 as a float or a double: exactly, but for F64 as float, which is
/// rounded to nearest.
/// @param type of the stored elements
/// @param data little-endian elements, at any address
/// @param i counted in elements
template <class Real>
BOUILLON_HOST_DEVICE inline Real load_element(dtype type, const std::byte* data, std::size_t i) {
    switch (type) {
        case dtype::f64:
            return static_cast<Real>(detail::load_bits<double>(data, i));
        case dtype::f16:
            return detail::widen_f16(detail::load_bits<std::uint16_t>(data, i));
        case dtype::bf16:
            return bf16_to_float(detail::load_bits<std::uint16_t>(data, i));
        default:
            return detail::load_bits<float>(data, i);
    }
}

/// Writes element i of a tensor of F64, F32, F16 or BF16: one rounding to nearest, ties to even, of a double too.
/// @param type to store as
/// @param data little-endian elements, at any address
/// @param i counted in elements
/// @param value what the element will be
BOUILLON_HOST_DEVICE inline void store_element(dtype type, std::byte* data, std::size_t i, float value) {
    switch (type) {
        case dtype::f64:
            return detail::store_bits<double>(data, i, value);
        case dtype::f16:
            return detail::store_bits(data, i, detail::narrow_f16(value));
        case dtype::bf16:
            return detail::store_bits(data, i, float_to_bf16(value));
        default:
            return detail::store_bits(data, i, value);
    }
}

/// The same of a double.
BOUILLON_HOST_DEVICE inline void store_element(dtype type, std::byte* data, std::size_t i, double value) {
    switch (type) {
        case dtype::f64:
            return detail::store_bits(data, i, value);
        case dtype::f32:
            return detail::store_bits(data, i, static_cast<float>(value));
        default:
            return store_element(type, data, i, round_to_odd(value));
    }
}

}  // namespace bouillon
