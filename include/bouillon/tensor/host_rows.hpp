// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/row_math.hpp>
#include <bouillon/tensor/shapes.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

/// The operations of a language model's forward pass on a few rows, on one host thread; matrix products hold the
/// single-threaded BLAS of their caller. Row-major float32, in the shapes of `language_model_backend` (concept.hpp).
namespace bouillon::detail {

/// C (m, n) = alpha op(A) (m, k) op(B) (k, n) + beta C, as core/blas.hpp has it: what a backend multiplies with.
using matrix_product = void (*)(bool transpose_a, bool transpose_b, std::size_t m, std::size_t n, std::size_t k,
                                float alpha, const float* a, std::size_t lda, const float* b, std::size_t ldb,
                                float beta, float* c, std::size_t ldc);

/// Scratch memory of a task, not yet written.
inline std::unique_ptr<float[]> make_scratch(std::size_t elements) {
    return std::make_unique_for_overwrite<float[]>(elements);
}

/// Divides a row by its root mean square, and multiplies it by a weight; all are (width), and x may be the output.
inline void rms_norm_row(const float* x, const float* weight, const norm_shape& shape, float* output) {
    const std::size_t width = shape.width;
    const double mean_square = sum_of_squares(x, width) / static_cast<double>(width);
    const auto scale = static_cast<float>(1 / std::sqrt(mean_square + static_cast<double>(shape.epsilon)));
    for (std::size_t i = 0; i < width; ++i) output[i] = weight[i] * (x[i] * scale);
}

/// Normalises a row to its mean and deviation, then to a weight and a bias; all are (width), and x may be the output.
inline void layer_norm_row(const float* x, const float* weight, const float* bias, const norm_shape& shape,
                           float* output) {
    const std::size_t width = shape.width;
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < width; ++i) sum += static_cast<double>(x[i]);
    const double mean = sum / static_cast<double>(width);
    for (std::size_t i = 0; i < width; ++i) {
        const double difference = static_cast<double>(x[i]) - mean;
        squares += difference * difference;
    }
    const double deviation = std::sqrt(squares / static_cast<double>(width) + static_cast<double>(shape.epsilon));
    const auto centre = static_cast<float>(mean), scale = static_cast<float>(1 / deviation);
    for (std::size_t i = 0; i < width; ++i) output[i] = weight[i] * ((x[i] - centre) * scale) + bias[i];
}

/// Turns the pairs of a row's heads.
/// @param x (heads, head_dim), in place
/// @param shape its rows are not read
/// @param cosines (pairs), of this row's position
/// @param sines (pairs), likewise
inline void rotate_row(float* x, const rotation_shape& shape, const float* cosines, const float* sines) {
    const std::size_t pairs = shape.pairs();
    for (float* const end = x + shape.heads * shape.head_dim; x != end; x += shape.head_dim)
        for (std::size_t i = 0; i < pairs; ++i) {
            const float first = x[i], second = x[i + pairs];
            x[i] = first * cosines[i] - second * sines[i];
            x[i + pairs] = second * cosines[i] + first * sines[i];
        }
}

/// What one head's attention inside a window reads: from this head's element of the window's first row.
struct attention_head {
    const float* queries;  ///< query_width() apart
    const float* keys;     ///< of its kv head, key_width() apart
    const float* values;   ///< of its kv head, value_width() apart
    const float* bias;     ///< (positions), or null
    const float* sink;     ///< one, or null
};

/// Makes the scores of one query a softmax, with the sink in its sum.
inline void softmax_of_scores(float* score, std::size_t count, const float* sink) {
    float largest = largest_of(score, count);
    if (sink != nullptr) largest = std::max(largest, *sink);
    double sum = exponentials(score, count, largest);
    if (sink != nullptr) sum += std::exp(static_cast<double>(*sink) - static_cast<double>(largest));
    const auto share = static_cast<float>(1 / sum);
    for (std::size_t i = 0; i < count; ++i) score[i] *= share;
}

/// Rows [first, last) of one head's attention inside a window; row 0 is the window's first.
/// @param output from this head's element of the window's row 0, output_width() apart
inline void attend_rows(matrix_product gemm, const attention_head& head, const attention_shape& shape,
                        std::size_t first, std::size_t last, float* output) {
    const std::size_t begin = shape.first_seen(first), rows = last - first, keys = last - begin, dim = shape.head_dim;
    const std::size_t q_step = shape.query_width(), k_step = shape.key_width(), v_step = shape.value_width();
    const auto scores = make_scratch(rows * keys);  // (rows, keys)
    gemm(false, true, rows, keys, dim, shape.scale, head.queries + first * q_step, q_step, head.keys + begin * k_step,
         k_step, 0.0f, scores.get(), keys);
    for (std::size_t row = 0; row < rows; ++row) {
        float* const score = scores.get() + row * keys;
        const std::size_t from = shape.first_seen(first + row) - begin, to = first + row + 1 - begin;
        if (shape.cap != 0) cap_all(score + from, to - from, shape.cap);
        if (head.bias != nullptr)
            for (std::size_t i = from; i < to; ++i) score[i] += head.bias[begin + i];
        softmax_of_scores(score + from, to - from, head.sink);
        std::fill(score, score + from, 0.0f);
        std::fill(score + to, score + keys, 0.0f);
    }
    gemm(false, false, rows, shape.value_dim, keys, 1.0f, scores.get(), keys, head.values + begin * v_step, v_step,
         0.0f, output + first * shape.output_width(), shape.output_width());
}

/// The loss of each of `rows` targets. hidden: (rows, width); head: (vocabulary, width); bias: (vocabulary), or null;
/// losses: (rows), nats.
/// The logits are formed a block of the vocabulary at a time: the log of the sum of their exponentials is kept as the
/// largest logit so far and the sum relative to it.
inline void loss_rows(matrix_product gemm, const float* hidden, const float* head, const float* bias,
                      const loss_shape& shape, const std::int32_t* targets, float* losses) {
    const std::size_t rows = shape.rows, width = shape.width, vocabulary = shape.vocabulary;
    constexpr std::size_t block = 1024;  // logits a row
    const auto logits = make_scratch(rows * std::min(block, vocabulary));
    struct running {
        float largest = -std::numeric_limits<float>::infinity(), target = 0;
        double sum = 0;
    };
    std::vector<running> state(rows);
    for (std::size_t first = 0; first < vocabulary; first += block) {
        const std::size_t count = std::min(block, vocabulary - first);
        gemm(false, true, rows, count, width, bias == nullptr ? shape.scale : 1.0f, hidden, width, head + first * width,
             width, 0.0f, logits.get(), count);
        for (std::size_t row = 0; row < rows; ++row) {
            float* const logit = logits.get() + row * count;
            if (bias != nullptr)
                for (std::size_t i = 0; i < count; ++i) logit[i] += bias[first + i];
            if (bias != nullptr && shape.scale != 1)
                for (std::size_t i = 0; i < count; ++i) logit[i] *= shape.scale;
            if (shape.cap != 0) cap_all(logit, count, shape.cap);
            running& r = state[row];
            const auto target = static_cast<std::size_t>(targets[row]);
            if (target >= first && target < first + count) r.target = logit[target - first];
            const float before = r.largest;
            r.largest = std::max(before, largest_of(logit, count));
            if (r.sum > 0) r.sum *= std::exp(static_cast<double>(before) - static_cast<double>(r.largest));
            r.sum += exponentials(logit, count, r.largest);
        }
    }
    for (std::size_t row = 0; row < rows; ++row) {
        const running& r = state[row];
        losses[row] =
            static_cast<float>(static_cast<double>(r.largest) - static_cast<double>(r.target) + std::log(r.sum));
    }
}

}  // namespace bouillon::detail
