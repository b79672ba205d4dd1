// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>

#include <cstddef>

namespace bouillon::detail {

/// One of the matrices of a batch of products, row-major, of F32 or BF16.
template <class Byte>
struct device_matrix {
    Byte* data;              ///< of the first product, on the device
    dtype type;              ///< of its elements
    std::size_t row_step;    ///< elements from one row to the next
    std::size_t batch_step;  ///< elements from one product's matrix to the next one's
};

/// output (m, n) = alpha a (m, k) op(b) + beta output, `batch` times; sums in float32.
///
/// `a` and `b` are of one type; the output is of theirs or F32. b is (n, k) where it is transposed, else (k, n).
struct device_product {
    std::size_t m, n, k;
    std::size_t batch = 1;
    float alpha = 1, beta = 0;
    bool transpose_b = false;
    device_matrix<const std::byte> a, b;
    device_matrix<std::byte> output;
};

}  // namespace bouillon::detail
