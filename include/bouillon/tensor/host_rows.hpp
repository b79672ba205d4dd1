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
inline void rms_norm_row(const float* x, const float* weight, std::size_t width, float epsilon, float* output) {
    const double mean_square = sum_of_squares(x, width) / static_cast<double>(width);
    const auto scale = static_cast<float>(1 / std::sqrt(mean_square + static_cast<double>(epsilon)));
    for (std::size_t i = 0; i < width; ++i) output[i] = weight[i] * (x[i] * scale);
}

/// Normalises a row to its mean and deviation, then to a weight and a bias; all are (width), and x may be the output.
inline void layer_norm_row(const float* x, const float* weight, const float* bias, std::size_t width, float epsilon,
                           float* output) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < width; ++i) sum += static_cast<double>(x[i]);
    const double mean = sum / static_cast<double>(width);
    for (std::size_t i = 0; i < width; ++i) {
        const double difference = static_cast<double>(x[i]) - mean;
        squares += difference * difference;
    }
    const double deviation = std::sqrt(squares / static_cast<double>(width) + static_cast<double>(epsilon));
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

/// Rows [first, last) of one head's attention inside a window; row 0 is the window's first.
/// q, output: from this head's element of the window's row 0, `heads * head_dim` apart; k, v: likewise for its kv head.
inline void attend_rows(matrix_product gemm, const float* q, const float* k, const float* v, attention_shape shape,
                        std::size_t first, std::size_t last, float* output) {
    const std::size_t rows = last - first, keys = last, dim = shape.head_dim;
    const std::size_t q_step = shape.query_width(), kv_step = shape.key_width();
    const auto scores = make_scratch(rows * keys);  // (rows, keys)
    const float scale = 1 / std::sqrt(static_cast<float>(dim));
    gemm(false, true, rows, keys, dim, scale, q + first * q_step, q_step, k, kv_step, 0.0f, scores.get(), keys);
    for (std::size_t row = 0; row < rows; ++row) {
        float* const score = scores.get() + row * keys;
        const std::size_t seen = first + row + 1;
        const auto share = static_cast<float>(1 / exponentials(score, seen, maximum(score, seen)));
        for (std::size_t i = 0; i < seen; ++i) score[i] *= share;
        std::fill(score + seen, score + keys, 0.0f);
    }
    gemm(false, false, rows, dim, keys, 1.0f, scores.get(), keys, v, kv_step, 0.0f, output + first * q_step, q_step);
}

/// The loss of each of `rows` targets. hidden: (rows, width); head: (vocabulary, width); losses: (rows), nats.
/// The logits are formed a block of the vocabulary at a time: the log of the sum of their exponentials is kept as the
/// largest logit so far and the sum relative to it.
inline void loss_rows(matrix_product gemm, const float* hidden, const float* head, const loss_shape& shape,
                      const std::int32_t* targets, float* losses) {
    const auto [rows, width, vocabulary] = shape;
    constexpr std::size_t block = 1024;  // logits a row
    const auto logits = make_scratch(rows * std::min(block, vocabulary));
    struct running {
        float largest = -std::numeric_limits<float>::infinity(), target = 0;
        double sum = 0;
    };
    std::vector<running> state(rows);
    for (std::size_t first = 0; first < vocabulary; first += block) {
        const std::size_t count = std::min(block, vocabulary - first);
        gemm(false, true, rows, count, width, 1.0f, hidden, width, head + first * width, width, 0.0f, logits.get(),
             count);
        for (std::size_t row = 0; row < rows; ++row) {
            float* const logit = logits.get() + row * count;
            running& r = state[row];
            const auto target = static_cast<std::size_t>(targets[row]);
            if (target >= first && target < first + count) r.target = logit[target - first];
            const float before = r.largest;
            r.largest = std::max(before, maximum(logit, count));
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
