// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>

#include <cstddef>

namespace bouillon {

/// A tensor in memory that somebody else owns, flat, in its stored dtype. The data may be unaligned, as it is in a
/// file.
struct tensor_view {
    const std::byte* data = nullptr;
    std::size_t size = 0;  // elements
    dtype type = dtype::f32;
};

/// The same, for a tensor to be written.
struct mutable_tensor_view {
    std::byte* data = nullptr;
    std::size_t size = 0;  // elements
    dtype type = dtype::f32;
};

}  // namespace bouillon
