// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/testing/buffer_book.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

namespace bouillon::detail {

/// What a backend's attention is given, and the loop in float64 that it is compared with.
struct attention_case {
    const char* law;
    std::vector<std::int32_t> window_offsets;
    attention_shape shape;
    bool has_bias = false, has_sinks = false;
    std::vector<float> queries = {}, keys = {}, values = {};  ///< (rows, heads or kv_heads, head_dim or value_dim)
    std::vector<float> bias = {}, sinks = {};                 ///< (heads, positions), (heads)

    void draw(std::mt19937& engine) {
        queries = random_floats(rows() * shape.query_width(), engine, 2);
        keys = random_floats(rows() * shape.key_width(), engine, 2);
        values = random_floats(rows() * shape.value_width(), engine);
        bias = random_floats(shape.heads * shape.positions, engine, 2);
        sinks = random_floats(shape.heads, engine, 4);
    }

    std::size_t rows() const { return static_cast<std::size_t>(window_offsets.back()); }

    /// @returns (rows, heads, value_dim)
    std::vector<double> expected() const {
        std::vector<double> output(rows() * shape.output_width());
        for (std::size_t row = 0; row < rows(); ++row)
            for (std::size_t head = 0; head < shape.heads; ++head)
                attend(row, head, &output[row * shape.output_width() + head * shape.value_dim]);
        return output;
    }

 private:
    /// The first row of a row's window.
    std::size_t window_begin(std::size_t row) const {
        const auto later = std::ranges::upper_bound(window_offsets, static_cast<std::int32_t>(row));
        return static_cast<std::size_t>(*(later - 1));
    }

    double score(std::size_t row, std::size_t head, std::size_t key) const {
        const float* const query = &queries[row * shape.query_width() + head * shape.head_dim];
        const float* const seen = &keys[key * shape.key_width() + kv_head(head) * shape.head_dim];
        double product = 0;
        for (std::size_t i = 0; i < shape.head_dim; ++i)
            product += static_cast<double>(query[i]) * static_cast<double>(seen[i]);
        const double made = capped_in_float64(static_cast<double>(shape.scale) * product, shape.cap);
        if (!has_bias) return made;
        return made + static_cast<double>(bias[head * shape.positions + key - window_begin(row)]);
    }

    std::size_t kv_head(std::size_t head) const { return head * shape.kv_heads / shape.heads; }

    /// Adds one query head's attention to output (value_dim).
    void attend(std::size_t row, std::size_t head, double* output) const {
        std::vector<double> exponentials;  // of the scores of rows [first, row]
        std::size_t first = window_begin(row);
        if (shape.reach > 0 && row - first >= shape.reach) first = row - shape.reach + 1;
        for (std::size_t key = first; key <= row; ++key) exponentials.push_back(std::exp(score(row, head, key)));
        const double sink = has_sinks ? std::exp(static_cast<double>(sinks[head])) : 0;
        const double sum = std::accumulate(exponentials.begin(), exponentials.end(), sink);
        for (std::size_t key = first; key <= row; ++key)
            for (std::size_t i = 0; i < shape.value_dim; ++i)
                output[i] +=
                    exponentials[key - first] / sum *
                    static_cast<double>(values[key * shape.value_width() + kv_head(head) * shape.value_dim + i]);
    }
};

/// Windows that are empty, of one row, shorter and longer than the blocks that a backend may cut them into.
inline std::vector<attention_case> attention_cases() {
    const std::vector<std::int32_t> ragged = {0, 1, 8, 8, 208}, long_one = {0, 3, 600};
    const attention_shape grouped{.heads = 4, .kv_heads = 2, .head_dim = 6};
    attention_shape wide_values = grouped, narrow_values = grouped, scaled = grouped, capped = grouped;
    wide_values.value_dim = 9, narrow_values.value_dim = 1;
    scaled.scale = 0.125f;
    capped.cap = 2;
    attention_shape biased = grouped, one_token = grouped, few = grouped, many = grouped;
    biased.positions = 210;
    one_token.reach = 1, few.reach = 5, many.reach = 300;
    const attention_shape all{.heads = 6,
                              .kv_heads = 2,
                              .head_dim = 8,
                              .value_dim = 5,
                              .scale = 0.2f,
                              .cap = 3,
                              .reach = 70,
                              .positions = 600};
    const char* const plain = "attention is causal, stays in its window and shares key heads";
    const char* const reach = "attention reaches as far back as it is told";
    return {
        {plain, ragged, grouped},
        {plain, {0, 3, 3, 10}, {.heads = 3, .kv_heads = 3, .head_dim = 1}},
        {plain, {0, 130}, {.heads = 2, .kv_heads = 1, .head_dim = 16}},
        {plain, long_one, grouped},
        {"values of attention have a width of their own", ragged, wide_values},
        {"values of attention have a width of their own", ragged, narrow_values},
        {"attention scales its scores", ragged, scaled},
        {"attention caps its scores", ragged, capped},
        {reach, ragged, one_token},
        {reach, ragged, few},
        {reach, long_one, few},
        {reach, long_one, many},
        {"attention adds a bias by the place of a key in its window", ragged, biased, true},
        {"attention divides by the exponential of its sink too", ragged, grouped, false, true},
        {"attention caps scores, then adds the bias, within its reach, beside its sink", long_one, all, true, true}};
}

template <class Backend>
void check_attention(buffer_book<Backend>& book) {
    std::mt19937 engine(25);
    for (attention_case c : attention_cases()) {
        c.draw(engine);
        const auto queries = book.to_buffer(c.queries), keys = book.to_buffer(c.keys),
                   values = book.to_buffer(c.values);
        const auto bias = book.to_buffer(c.bias), sinks = book.to_buffer(c.sinks);
        auto output = book.backend().make_buffer(c.rows() * c.shape.output_width());
        book.backend().causal_attention(
            {queries, keys, values, c.has_bias ? &bias : nullptr, c.has_sinks ? &sinks : nullptr},
            book.backend().make_windows(c.window_offsets), c.shape, output);
        book.require_close(c.law, output, c.expected(), 1e-5);
    }
}

}  // namespace bouillon::detail
