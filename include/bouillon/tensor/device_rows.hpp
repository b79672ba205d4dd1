// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/host_device.hpp>
#include <bouillon/tensor/activation.hpp>
#include <bouillon/tensor/shapes.hpp>

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

/// Element i of x (rows, width), to the row of output (any, width) that it is added to.
struct add_row_element {
    const float* x;
    const std::int32_t* rows;  ///< (rows of x)
    const float* factors;      ///< (rows of x)
    std::size_t width;
    float* output;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        const std::size_t row = i / width;
        output[static_cast<std::size_t>(rows[row]) * width + i % width] += factors[row] * x[i];
    }
};

struct rms_norm_of_row {
    const float* x;       ///< (rows, width)
    const float* weight;  ///< (weights, width)
    norm_shape shape;
    float* output;  ///< (rows, width)

    BOUILLON_HOST_DEVICE void operator()(std::size_t row) const {
        const std::size_t width = shape.width;
        const float *const input = x + row * width, *const weights = weight + row % shape.weights * width;
        double sum = 0;
        for (std::size_t i = 0; i < width; ++i) sum += static_cast<double>(input[i]) * static_cast<double>(input[i]);
        const double mean = sum / static_cast<double>(width);
        const auto scale = static_cast<float>(1 / std::sqrt(mean + static_cast<double>(shape.epsilon)));
        for (std::size_t i = 0; i < width; ++i) output[row * width + i] = weights[i] * (input[i] * scale);
    }
};

struct layer_norm_of_row {
    const float* x;       ///< (rows, width)
    const float* weight;  ///< (weights, width)
    const float* bias;    ///< (weights, width)
    norm_shape shape;
    float* output;  ///< (rows, width)

    BOUILLON_HOST_DEVICE void operator()(std::size_t row) const {
        const std::size_t width = shape.width, turn = row % shape.weights * width;
        const float *const input = x + row * width, *const weights = weight + turn, *const biases = bias + turn;
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < width; ++i) sum += static_cast<double>(input[i]);
        const double mean = sum / static_cast<double>(width);
        for (std::size_t i = 0; i < width; ++i) {
            const double difference = static_cast<double>(input[i]) - mean;
            squares += difference * difference;
        }
        const double deviation = std::sqrt(squares / static_cast<double>(width) + static_cast<double>(shape.epsilon));
        const auto centre = static_cast<float>(mean), scale = static_cast<float>(1 / deviation);
        for (std::size_t i = 0; i < width; ++i)
            output[row * width + i] = weights[i] * ((input[i] - centre) * scale) + biases[i];
    }
};

/// Element i of x (rows, width).
struct add_bias_element {
    const float* bias;  ///< (width)
    std::size_t width;
    float* x;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const { x[i] += bias[i % width]; }
};

struct add_scaled_element {
    const float* x;
    float factor;
    float* output;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const { output[i] += factor * x[i]; }
};

struct scale_element {
    float factor;
    float* x;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const { x[i] *= factor; }
};

struct clamp_element {
    float limit;
    float* x;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const { x[i] = clamped(x[i], limit); }
};

struct activate_element {
    activation_function function;
    float* x;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const { x[i] = activate(function, x[i]); }
};

struct activate_gated_element {
    activation_function function;
    float* gate;
    const float* up;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        gate[i] = activate(function, gate[i]) * gated(function, up[i]);
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

/// A block of a window's queries, and the keys that any of them sees.
struct attention_block {
    std::size_t first_query, queries;  ///< rows of the window
    std::size_t first_key, keys;       ///< likewise
};

/// The block of at most `queries` queries from `first` on, in a window of `rows` rows.
inline attention_block make_attention_block(const attention_shape& shape, std::size_t first, std::size_t queries,
                                            std::size_t rows) {
    const std::size_t last = first + queries < rows ? first + queries : rows, seen = shape.first_seen(first);
    return {first, last - first, seen, last - seen};
}

/// Element i of the scores (heads, keys, queries): capped, and with the bias of its key added.
///
/// Scores are transposed, so that neighbouring queries, which neighbouring threads take, are neighbours in memory.
struct cap_and_bias_score {
    float* scores;
    attention_block block;
    float cap;          ///< 0: none
    const float* bias;  ///< (heads, positions), or null
    std::size_t positions;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        float score = scores[i];
        if (cap != 0) score = capped(score, cap);
        if (bias != nullptr) {
            const std::size_t column = i / block.queries;  // of all heads' keys
            score += bias[column / block.keys * positions + block.first_key + column % block.keys];
        }
        scores[i] = score;
    }
};

/// Softmax of one query's scores over the keys that it sees, in place; 0 for the others.
struct causal_softmax_of_query {
    float* scores;  ///< (heads, keys, queries)
    attention_shape shape;
    attention_block block;
    const float* sinks;  ///< (heads), or null

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        const std::size_t step = block.queries, query = i % step, head = i / step, row = block.first_query + query;
        float* const score = scores + head * block.keys * step + query;
        const std::size_t first = shape.first_seen(row) - block.first_key, last = row + 1 - block.first_key;
        float largest = sinks == nullptr ? score[first * step] : sinks[head];
        for (std::size_t key = first; key < last; ++key)
            largest = largest < score[key * step] ? score[key * step] : largest;
        double sum = sinks == nullptr ? 0 : static_cast<double>(std::exp(sinks[head] - largest));
        for (std::size_t key = first; key < last; ++key) {
            score[key * step] = std::exp(score[key * step] - largest);
            sum += static_cast<double>(score[key * step]);
        }
        const auto share = static_cast<float>(1 / sum);
        for (std::size_t key = 0; key < first; ++key) score[key * step] = 0;
        for (std::size_t key = first; key < last; ++key) score[key * step] *= share;
        for (std::size_t key = last; key < block.keys; ++key) score[key * step] = 0;
    }
};

/// Element i of logits (count, rows): with a bias added, and capped.
///
/// Logits are transposed, as scores are.
struct bias_and_cap_logit {
    float* logits;
    std::size_t rows;
    const float* bias;  ///< (count), or null
    float scale;        ///< of the bias; the logits have theirs
    float cap;          ///< 0: none

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        float logit = logits[i];
        if (bias != nullptr) logit += scale * bias[i / rows];
        if (cap != 0) logit = capped(logit, cap);
        logits[i] = logit;
    }
};

/// The log of a sum of exponentials so far, as the largest logit and the sum relative to it.
struct running_loss {
    float largest, target;
    double sum;
};

/// Takes a block of the vocabulary into a row's loss; the last block also writes it.
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
