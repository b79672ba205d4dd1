// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>

#include <concepts>
#include <cstddef>

namespace bouillon {

/// A tensor in memory that somebody else owns, flat, in its stored dtype.
///
/// The data may be unaligned, as it is in a file.
struct tensor_view {
    const std::byte* data = nullptr;  ///< the first element
    std::size_t size = 0;             ///< elements
    dtype type = dtype::f32;          ///< of the elements
};

/// The same, for a tensor to be written.
struct mutable_tensor_view {
    std::byte* data = nullptr;  ///< the first element
    std::size_t size = 0;       ///< elements
    dtype type = dtype::f32;    ///< of the elements
};

/// The dtype whose elements are a T: F32 for float, F64 for double.
template <class T>
requires std::same_as<T, float> || std::same_as<T, double>
inline constexpr dtype dtype_of = std::same_as<T, float> ? dtype::f32 : dtype::f64;

}  // namespace bouillon
