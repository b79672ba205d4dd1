// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/element.hpp>
#include <bouillon/tensor/tensor_view.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

namespace bouillon {
namespace detail {

/// The bits of a float type's exponent in each element of a word, and the lowest of them.
struct exponent_bits {
    std::uint64_t all, lowest;
};
inline exponent_bits exponent_bits_of(dtype type) {
    switch (type) {
        case dtype::f64:
            return {0x7ff0'0000'0000'0000, 0x0010'0000'0000'0000};
        case dtype::f32:
            return {0x7f80'0000'7f80'0000, 0x0080'0000'0080'0000};
        case dtype::f16:
            return {0x7c00'7c00'7c00'7c00, 0x0400'0400'0400'0400};
        default:
            return {0x7f80'7f80'7f80'7f80, 0x0080'0080'0080'0080};
    }
}

/// Whether any element is NaN or infinite: it has all bits of its exponent set, so that one more carries into its sign.
inline bool has_non_finite(const tensor_view& tensor) {
    const auto [all, lowest] = exponent_bits_of(tensor.type);
    const std::size_t size = tensor.size * bytes(tensor.type), words = size / sizeof(std::uint64_t);
    std::uint64_t carries = 0;
    for (std::size_t i = 0; i < words; ++i) carries |= (load_bits<std::uint64_t>(tensor.data, i) & all) + lowest;
    std::uint64_t rest = 0;
    if (size % sizeof(rest) != 0) std::memcpy(&rest, tensor.data + words * sizeof(rest), size % sizeof(rest));
    carries |= (rest & all) + lowest;
    return (carries & (all + lowest)) != 0;
}

}  // namespace detail

/// The first element that is NaN or infinite, if any.
///
/// Cost: one read, at the memory's speed where there is none.
/// @param tensor of F64, F32, F16 or BF16
inline std::optional<std::size_t> find_non_finite(const tensor_view& tensor) {
    if (!detail::has_non_finite(tensor)) return std::nullopt;
    std::size_t i = 0;
    while (std::isfinite(load_element<double>(tensor.type, tensor.data, i))) ++i;
    return i;
}

}  // namespace bouillon
