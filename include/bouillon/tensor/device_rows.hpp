// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/host_device.hpp>
#include <bouillon/tensor/gelu.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>

/// The operations of a language model's forward pass as functors on one element or one row, for a device.
///
/// Row-major float32, in the shapes of `language_model_backend` (concept.hpp).
namespace bouillon::detail {

/// Element i of output (rows, width).
struct embed_element {
    const float* table;          ///< (vocabulary, width)
    const std::int32_t* tokens;  ///< (rows)
    std::size_t width;
    float* output;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        output[i] = table[static_cast<std::size_t>(tokens[i / width]) * width + i % width];
    }
};

struct rms_norm_of_row {
    const float* x;       ///< (rows, width)
    const float* weight;  ///< (width)
    std::size_t width;
    float epsilon;
    float* output;  ///< (rows, width)

    BOUILLON_HOST_DEVICE void operator()(std::size_t row) const {
        const float* const input = x + row * width;
        double sum = 0;
        for (std::size_t i = 0; i < width; ++i) sum += static_cast<double>(input[i]) * static_cast<double>(input[i]);
        const double mean = sum / static_cast<double>(width);
        const auto scale = static_cast<float>(1 / std::sqrt(mean + static_cast<double>(epsilon)));
        for (std::size_t i = 0; i < width; ++i) output[row * width + i] = weight[i] * (input[i] * scale);
    }
};

struct layer_norm_of_row {
    const float* x;       ///< (rows, width)
    const float* weight;  ///< (width)
    const float* bias;    ///< (width)
    std::size_t width;
    float epsilon;
    float* output;  ///< (rows, width)

    BOUILLON_HOST_DEVICE void operator()(std::size_t row) const {
        const float* const input = x + row * width;
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < width; ++i) sum += static_cast<double>(input[i]);
        const double mean = sum / static_cast<double>(width);
        for (std::size_t i = 0; i < width; ++i) {
            const double difference = static_cast<double>(input[i]) - mean;
            squares += difference * difference;
        }
        const double deviation = std::sqrt(squares / static_cast<double>(width) + static_cast<double>(epsilon));
        const auto centre = static_cast<float>(mean), scale = static_cast<float>(1 / deviation);
        for (std::size_t i = 0; i < width; ++i)
            output[row * width + i] = weight[i] * ((input[i] - centre) * scale) + bias[i];
    }
};

/// Element i of x (rows, width).
struct add_bias_element {
    const float* bias;  ///< (width)
    std::size_t width;
    float* x;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const { x[i] += bias[i % width]; }
};

struct gelu_element {
    float* x;
    bool by_tanh;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        x[i] = by_tanh ? gelu_by_tanh(x[i]) : gelu_exact(x[i]);
    }
};

/// Pair i of x (rows, heads, pairs of elements).
struct rotate_pair {
    float* x;                       ///< (rows, heads, head_dim)
    const float* cosines;           ///< (window, pairs)
    const float* sines;             ///< (window, pairs)
    const std::int32_t* positions;  ///< (rows)
    std::size_t heads, head_dim, pairs;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        const std::size_t pair = i % pairs, head = i / pairs, row = head / heads;
        float* const two = x + head * head_dim + pair;  // the first of the pair, and the second `pairs` behind it
        const std::size_t angle = static_cast<std::size_t>(positions[row]) * pairs + pair;
        const float first = two[0], second = two[pairs];
        two[0] = first * cosines[angle] - second * sines[angle];
        two[pairs] = second * cosines[angle] + first * sines[angle];
    }
};

struct gated_silu_element {
    float* gate;
    const float* up;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const { gate[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i]; }
};

/// Softmax of one query's scores over itself and what precedes it, in place; 0 behind it.
///
/// Scores are transposed, so that neighbouring queries, which neighbouring threads take, are neighbours in memory.
struct causal_softmax_of_query {
    float* scores;     ///< (heads, rows of keys, rows of queries)
    std::size_t rows;  ///< of the window

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        const std::size_t query = i % rows;
        float* const score = scores + i / rows * rows * rows + query;
        float largest = score[0];
        for (std::size_t key = 1; key <= query; ++key)
            largest = largest < score[key * rows] ? score[key * rows] : largest;
        double sum = 0;
        for (std::size_t key = 0; key <= query; ++key) {
            score[key * rows] = std::exp(score[key * rows] - largest);
            sum += static_cast<double>(score[key * rows]);
        }
        const auto share = static_cast<float>(1 / sum);
        for (std::size_t key = 0; key <= query; ++key) score[key * rows] *= share;
        for (std::size_t key = query + 1; key < rows; ++key) score[key * rows] = 0;
    }
};

/// The log of a sum of exponentials so far, as the largest logit and the sum relative to it.
struct running_loss {
    float largest, target;
    double sum;
};

/// Takes a block of the vocabulary into a row's loss; the last block also writes it.
///
/// Logits are transposed, as above.
struct add_logits_of_row {
    const float* logits;  ///< (count, rows)
    std::size_t rows, first, count, vocabulary;
    const std::int32_t* targets;  ///< (rows)
    running_loss* state;          ///< (rows)
    float* losses;                ///< (rows), nats

    BOUILLON_HOST_DEVICE void operator()(std::size_t row) const {
        const float* const logit = logits + row;
        running_loss r = first == 0 ? running_loss{logit[0], 0, 0} : state[row];
        const float before = r.largest;
        for (std::size_t i = 0; i < count; ++i) r.largest = r.largest < logit[i * rows] ? logit[i * rows] : r.largest;
        r.sum *= std::exp(static_cast<double>(before - r.largest));
        for (std::size_t i = 0; i < count; ++i) r.sum += static_cast<double>(std::exp(logit[i * rows] - r.largest));
        const auto target = static_cast<std::size_t>(targets[row]);
        if (target >= first && target < first + count) r.target = logit[(target - first) * rows];
        state[row] = r;
        if (first + count < vocabulary) return;
        losses[row] =
            static_cast<float>(static_cast<double>(r.largest) - static_cast<double>(r.target) + std::log(r.sum));
    }
};

}  // namespace bouillon::detail
