// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

/// The sizes that operations of a language model take (concept.hpp).
///
/// Arrays are row-major; all is in elements.
namespace bouillon {

/// x (rows, width).
struct row_shape {
    std::size_t rows, width;
};

/// x (rows, inputs) times the transpose of a weight (outputs, inputs).
struct linear_shape {
    std::size_t rows, inputs, outputs;
};

/// x (rows, heads, head_dim), of each head of which the first `turned` dimensions are turned, in pairs.
struct rotation_shape {
    std::size_t rows, heads, head_dim, turned;

    std::size_t pairs() const { return turned / 2; }
};

/// Queries (rows, heads, head_dim); keys and values (rows, kv_heads, head_dim), each for heads / kv_heads queries.
struct attention_shape {
    std::size_t heads, kv_heads, head_dim;

    std::size_t query_width() const { return heads * head_dim; }
    std::size_t key_width() const { return kv_heads * head_dim; }
    /// The key head that a query head reads.
    std::size_t kv_head(std::size_t head) const { return head / (heads / kv_heads); }
};

/// Hidden states (rows, width) and an output head (vocabulary, width).
struct loss_shape {
    std::size_t rows, width, vocabulary;
};

}  // namespace bouillon
