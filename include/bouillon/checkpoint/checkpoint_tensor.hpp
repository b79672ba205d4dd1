// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/in_quotes.hpp>
#include <bouillon/core/to_string.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bouillon {

/// A tensor as a checkpoint describes it: everything but its place and its values.
struct checkpoint_tensor {
    std::string name;                ///< as the checkpoint has it
    dtype type = dtype::f32;         ///< of its elements
    std::vector<std::size_t> shape;  ///< row-major; empty for a scalar, any dimension may be 0

    /// The product of the dimensions.
    std::size_t elements() const {
        std::size_t product = 1;
        for (const std::size_t dimension : shape) product *= dimension;
        return product;
    }

    friend bool operator==(const checkpoint_tensor&, const checkpoint_tensor&) = default;
};

/// A tensor and its place in a safetensors file.
struct tensor_entry : checkpoint_tensor {
    std::size_t begin = 0;  ///< bytes from the start of the file's data, which follows the header
    std::size_t size = 0;   ///< bytes
};

namespace detail {

/// The bytes that a tensor takes in a safetensors file.
/// @param tensor name, type and shape
/// @param file what messages call it
/// @throws input_error when they do not fit 64 bits (the product is formed from the left, as the reference reader forms
///     it) or when packed elements do not fill whole bytes
inline std::size_t storage_size(const checkpoint_tensor& tensor, std::string_view file) {
    const auto fail = [&](std::string_view what) {
        throw input_error(std::string(file) + ": tensor " + in_quotes(tensor.name) + " of shape " +
                          to_string(tensor.shape) + " and type " + std::string(to_string(tensor.type)) +
                          std::string(what));
    };
    std::size_t product = 1;
    for (const std::size_t dimension : tensor.shape)
        if (__builtin_mul_overflow(product, dimension, &product)) fail(" has more than 2^64 elements");
    if (__builtin_mul_overflow(product, bits(tensor.type), &product)) fail(" has more than 2^64 bits");
    if (product % 8 != 0) fail(" does not fill whole bytes");
    return product / 8;
}

}  // namespace detail
}  // namespace bouillon
