// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/host_device.hpp>

#include <cmath>
#include <cstddef>

/// The sizes and numbers that operations of a language model take (concept.hpp).
///
/// Arrays are row-major; all sizes are in elements.
namespace bouillon {

/// What a buffer is for, by which a backend may choose how its numbers are stored.
enum class buffer_use {
    sums,        ///< what is added up, and what norms, biases and tables give: float32 on every backend
    activation,  ///< what products of matrices read or write
    matrix       ///< what they multiply by
};

/// Entries [first, first + count) of a list of indices.
struct index_range {
    std::size_t first, count;  ///< the first entry, and how many there are
};

/// x (rows, width).
struct row_shape {
    std::size_t rows, width;  ///< of x
};

/// x (rows, width), whose rows take the weights (weights, width) in turn.
struct norm_shape {
    std::size_t rows, width;  ///< of x
    std::size_t weights = 1;  ///< rows of weights, which rows of x take in turn
    float epsilon = 0;        ///< added to the mean square, or the variance
};

/// x (rows, inputs) times the transpose of a weight (outputs, inputs).
struct linear_shape {
    std::size_t rows, inputs, outputs;  ///< of x and the weight
};

/// x (rows, heads, head_dim), of each head of which the first `turned` dimensions are turned, in pairs.
struct rotation_shape {
    std::size_t rows, heads, head_dim, turned;  ///< of x

    /// Of dimensions that are turned together.
    std::size_t pairs() const { return turned / 2; }
};

/// Queries (rows, heads, head_dim); keys (rows, kv_heads, head_dim) and values (rows, kv_heads, value_dim), each for
/// heads / kv_heads queries.
struct attention_shape {
    std::size_t heads, kv_heads, head_dim;                      ///< of queries and keys
    std::size_t value_dim = head_dim;                           ///< of values
    float scale = 1 / std::sqrt(static_cast<float>(head_dim));  ///< of a query times a key
    float cap = 0;                                              ///< score = cap tanh(score / cap); 0: none
    std::size_t reach = 0;      ///< tokens that a query sees, the latest first, its own included; 0: all
    std::size_t positions = 0;  ///< of the bias, at least a window's rows

    /// Of queries, all heads together.
    std::size_t query_width() const { return heads * head_dim; }
    /// Of keys, all heads together.
    std::size_t key_width() const { return kv_heads * head_dim; }
    /// Of values, all heads together.
    std::size_t value_width() const { return kv_heads * value_dim; }
    /// Of what attention gives, all heads together.
    std::size_t output_width() const { return heads * value_dim; }
    /// The key head that a query head reads.
    std::size_t kv_head(std::size_t head) const { return head / (heads / kv_heads); }
    /// The first row of its window that a query sees.
    BOUILLON_HOST_DEVICE std::size_t first_seen(std::size_t row) const {
        return reach == 0 || row < reach ? 0 : row + 1 - reach;
    }
};

/// What attention reads.
template <class Buffer>
struct attention_inputs {
    const Buffer &queries, &keys, &values;  ///< as attention_shape has them
    const Buffer* bias = nullptr;   ///< (heads, positions), added to the scores of a key by its place in the window
    const Buffer* sinks = nullptr;  ///< (heads), a score more in the sum that the softmax divides by
};

/// Hidden states (rows, width) and an output head (vocabulary, width).
struct loss_shape {
    std::size_t rows, width, vocabulary;  ///< of hidden states and head
    float scale = 1;                      ///< of the logits
    float cap = 0;                        ///< logit = cap tanh(logit / cap), after the scale; 0: none
};

/// What token losses are made of.
template <class Buffer>
struct loss_inputs {
    const Buffer &hidden, &head;   ///< as loss_shape has them
    const Buffer* bias = nullptr;  ///< (vocabulary), added to the logits before their scale
};

}  // namespace bouillon
