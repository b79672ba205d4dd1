// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/host_device.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bouillon {

/// Element type of a stored tensor: every type of the safetensors format, in the reference writer's rank order.
enum class dtype : std::uint8_t {
    boolean,
    f4,
    f6_e2m3,
    f6_e3m2,
    u8,
    i8,
    f8_e5m2,
    f8_e4m3,
    f8_e8m0,
    f8_e4m3fnuz,
    f8_e5m2fnuz,
    i16,
    u16,
    f16,
    bf16,
    i32,
    u32,
    f32,
    c64,
    f64,
    i64,
    u64
};

namespace detail {

struct dtype_facts {
    std::string_view name;  ///< as safetensors writes it
    std::uint8_t bits;      ///< per element
};

inline constexpr std::array<dtype_facts, 22> dtype_table = {{
    {"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},          {"I8", 8},
    {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
    {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
    {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64},
}};

}  // namespace detail

/// The name that safetensors gives the type, e.g. "BF16".
constexpr std::string_view to_string(dtype type) { return detail::dtype_table[static_cast<std::size_t>(type)].name; }

/// Bits per element; 4 or 6 for the packed types.
constexpr std::size_t bits(dtype type) { return detail::dtype_table[static_cast<std::size_t>(type)].bits; }

/// Bytes per element of a type whose elements are whole bytes.
constexpr std::size_t bytes(dtype type) { return bits(type) / 8; }

/// True for the types whose elements a weighted sum can add: F64, F32, F16, BF16. All others are copied or refused.
constexpr bool mergeable(dtype type) {
    return type == dtype::f64 || type == dtype::f32 || type == dtype::f16 || type == dtype::bf16;
}

/// The type of a safetensors name, or nothing when there is none (names are case-sensitive).
constexpr std::optional<dtype> parse_dtype(std::string_view name) {
    for (std::size_t i = 0; i < detail::dtype_table.size(); ++i)
        if (detail::dtype_table[i].name == name) return static_cast<dtype>(i);
    return std::nullopt;
}

/// bfloat16 bits to float: exact.
BOUILLON_HOST_DEVICE constexpr float bf16_to_float(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// float to bfloat16 bits, to nearest, ties to even. NaN stays NaN (made quiet, sign kept).
BOUILLON_HOST_DEVICE constexpr std::uint16_t float_to_bf16(float value) {
    const auto u = std::bit_cast<std::uint32_t>(value);
    if ((u & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((u >> 16) | 0x0040u);
    return static_cast<std::uint16_t>((u + 0x7fffu + ((u >> 16) & 1u)) >> 16);
}

/// IEEE binary16 bits to float: exact, subnormals included. NaN is made quiet, as the processors' own instructions do.
BOUILLON_HOST_DEVICE constexpr float f16_to_float(std::uint16_t bits) {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
    const std::uint32_t magnitude = bits & 0x7fffu;
    if (magnitude > 0x7c00u) return std::bit_cast<float>(sign | 0x7fc00000u | (magnitude << 13));
    if (magnitude == 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u);
    if (magnitude >= 0x0400u) return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000u));
    const float subnormal = static_cast<float>(magnitude) * 0x1p-24f;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(subnormal));
}

/// float to IEEE binary16 bits, to nearest, ties to even; overflow gives infinity. NaN stays NaN (made quiet).
BOUILLON_HOST_DEVICE constexpr std::uint16_t float_to_f16(float value) {
    const auto u = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>((u >> 16) & 0x8000u);
    const std::uint32_t magnitude = u & 0x7fffffffu;
    if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u | ((magnitude >> 13) & 0x03ffu));
    if (magnitude >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00u);
    if (magnitude >= 0x38800000u) {  // a normal binary16: rebias, then round off 13 bits
        const std::uint32_t rebased = magnitude - 0x38000000u;
        return static_cast<std::uint16_t>(sign | ((rebased + 0x0fffu + ((rebased >> 13) & 1u)) >> 13));
    }
    // Adding 0.5 puts the subnormal's last bit at the float's last bit, so the addition itself rounds to nearest even.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3f000000u));
}

}  // namespace bouillon
