// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/tensor/device_elements.hpp>
#include <bouillon/tensor/device_limits.hpp>
#include <bouillon/tensor/log_sum_exp.hpp>
#include <bouillon/tensor/shapes.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Attention in blocks of queries for a device: which keys a block sees, the scores' softmax, and the order of heads.
namespace bouillon::detail {

/// A block of queries, and the keys that any of them sees.
struct attention_block {
    std::size_t window;                ///< the batch's row at which the window begins
    std::size_t first_query, queries;  ///< rows of the window
    std::size_t first_key, keys;       ///< likewise

    std::size_t first_row() const { return window + first_query; }
};

/// The first key of the block that a window's row is in: at a multiple of 8, so that products begin at packets.
BOUILLON_HOST_DEVICE inline std::size_t first_key_of_block(const attention_shape& shape, std::size_t row) {
    return shape.first_seen(row / block_queries * block_queries) / 8 * 8;
}

/// Blocks whose scores are held together; their rows follow each other.
struct attention_group {
    std::vector<attention_block> blocks;
    std::size_t columns = 0;  ///< of the scores: what the block with the most keys needs, a multiple of 8

    std::size_t first_row() const { return blocks.front().first_row(); }
    std::size_t rows() const { return blocks.back().first_row() + blocks.back().queries - first_row(); }
};

/// All blocks of a batch, as many a group as have at most so many scores together, but at least one.
/// @param window_offsets (windows + 1), rows
/// @param scores elements, of all heads
inline std::vector<attention_group> group_blocks(std::span<const std::int32_t> window_offsets,
                                                 const attention_shape& shape, std::size_t scores) {
    std::vector<attention_group> groups;
    for (std::size_t w = 0; w + 1 < window_offsets.size(); ++w) {
        const auto window = static_cast<std::size_t>(window_offsets[w]);
        const std::size_t rows = static_cast<std::size_t>(window_offsets[w + 1]) - window;
        for (std::size_t query = 0; query < rows; query += block_queries) {
            const std::size_t last = std::min(query + block_queries, rows);
            const std::size_t key = first_key_of_block(shape, query), columns = (last - key + 7) / 8 * 8;
            const auto fits = [&](const attention_group& group) {
                const std::size_t all_rows = group.rows() + last - query;
                return shape.heads * all_rows * std::max(group.columns, columns) <= scores;
            };
            if (groups.empty() || !fits(groups.back())) groups.emplace_back();
            groups.back().blocks.push_back({window, query, last - query, key, last - key});
            groups.back().columns = std::max(groups.back().columns, columns);
        }
    }
    return groups;
}

/// Softmax of a query's scores over the keys that it sees, a row of a reduction (thrust_rows.hpp); 0 for its block's
/// other keys.
///
/// Scores and shares are (kv_heads, rows, heads of a kv head, columns); a row's first column is its block's first key.
template <dtype Out>
struct softmax_of_query {
    using value = exponential_sum;

    const float* scores;
    std::size_t columns;
    std::size_t first_row, rows;    ///< of the batch, that the scores are of
    const std::int32_t* positions;  ///< (rows of the batch), in their windows
    attention_shape shape;
    const float* bias;                     ///< (heads, shape.positions), or null
    const float* sinks;                    ///< (heads), or null
    device_floats<Out, std::byte> shares;  ///< as the scores

    BOUILLON_HOST_DEVICE std::size_t steps() const { return columns; }
    BOUILLON_HOST_DEVICE value nothing() const { return no_exponentials(); }
    BOUILLON_HOST_DEVICE value merge(value a, value b) const { return add(a, b); }

    BOUILLON_HOST_DEVICE value read(std::size_t row, std::size_t column) const {
        const std::size_t position = position_of(row), key = first_key_of_block(shape, position) + column;
        if (key < shape.first_seen(position) || key > position) return nothing();
        return {score(row, column, key), 1};
    }
    BOUILLON_HOST_DEVICE value finish(std::size_t row, value all) const {
        return sinks == nullptr ? all : add(all, {sinks[head_of(row)], 1});
    }
    BOUILLON_HOST_DEVICE void write(std::size_t row, std::size_t column, value all) const {
        const std::size_t position = position_of(row), key = first_key_of_block(shape, position) + column;
        const bool seen = key >= shape.first_seen(position) && key <= position;
        if (seen)
            shares.set(row * columns + column, std::exp(score(row, column, key) - all.largest) / all.sum);
        else if (key < (position / block_queries + 1) * block_queries)
            shares.set(row * columns + column, 0);
    }

 private:
    BOUILLON_HOST_DEVICE std::size_t group() const { return shape.heads / shape.kv_heads; }
    BOUILLON_HOST_DEVICE std::size_t position_of(std::size_t row) const {
        return static_cast<std::size_t>(positions[first_row + row / group() % rows]);
    }
    BOUILLON_HOST_DEVICE std::size_t head_of(std::size_t row) const {
        return row / group() / rows * group() + row % group();
    }
    BOUILLON_HOST_DEVICE float score(std::size_t row, std::size_t column, std::size_t key) const {
        float made = scores[row * columns + column];
        if (shape.cap != 0) made = capped(made, shape.cap);
        return bias == nullptr ? made : made + bias[head_of(row) * shape.positions + key];
    }
};

/// Element i of an array (kv_heads, rows, heads of a kv head, width), from or to (rows, heads, width).
///
/// So the heads that share keys are one matrix, and a block of queries is one product for each kv head.
template <dtype Type>
struct regroup_head_element {
    device_floats<Type> input;
    std::size_t rows, kv_heads, group, width;
    bool grouped;  ///< the output is
    device_floats<Type, std::byte> output;

    BOUILLON_HOST_DEVICE void operator()(std::size_t i) const {
        const std::size_t element = i % width, member = i / width % group, row = i / width / group % rows;
        const std::size_t head = i / width / group / rows * group + member;
        const std::size_t plain = (row * kv_heads * group + head) * width + element;
        grouped ? output.set(i, input[plain]) : output.set(plain, input[i]);
    }
};

}  // namespace bouillon::detail
