// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/decoder.hpp>

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

/// Where the rows of a model's maps stand in the maps that a file has.
///
/// Heads are held with the dimensions that are turned first, pair partners half of those apart; queries and keys in the
/// same order have the same products.
namespace bouillon::detail {

/// A row of a map that no file has: it is 0.
inline constexpr std::int32_t zero_row = -1;

/// Rows of a map in a file.
struct stored_rows {
    std::string name;                 ///< of the map, without its ending
    std::size_t count = 0;            ///< of all that the map has
    std::vector<std::int32_t> taken;  ///< of each row that is taken
};

/// Which of `turned` stored dimensions is the i-th.
inline std::size_t stored_pair_element(const decoder& of, std::size_t i, std::size_t turned) {
    const std::size_t half = turned / 2;
    return of.interleaved_rotary ? (i < half ? 2 * i : 2 * (i - half) + 1) : i;
}

/// Which of a head's stored dimensions is the i-th, of queries and keys.
inline std::size_t stored_head_element(const decoder& of, std::size_t i) {
    if (of.latent.key_value_rank > 0) {
        const std::size_t turned = of.latent.turned;
        return i < turned ? of.head_dim - turned + stored_pair_element(of, i, turned) : i - turned;
    }
    const std::size_t turned = of.rotaries.empty() ? 0 : of.rotaries[0].dims;
    return i < turned ? stored_pair_element(of, i, turned) : i;
}

enum class attention_part { query, key, value };

/// The rows of queries, keys or values.
inline stored_rows rows_of(const decoder& of, attention_part part) {
    const bool query = part == attention_part::query, value = part == attention_part::value;
    const std::size_t heads = query ? of.heads : of.key_value_heads, dim = value ? of.value_dim : of.head_dim;
    const std::size_t queries = of.query_width(), keys = of.key_width();
    const std::size_t sharing = of.heads / of.key_value_heads, group = (sharing + 1) * of.head_dim + of.value_dim;
    const tensor_names& names = of.names;
    stored_rows rows;
    for (std::size_t head = 0; head < heads; ++head)
        for (std::size_t i = 0; i < dim; ++i) {
            const std::size_t element = value ? i : stored_head_element(of, i);
            std::size_t row = head * dim + element;
            if (of.query_key_value == query_key_value_layout::blocks)
                row += query ? 0 : value ? queries + keys : queries;
            if (of.query_key_value == query_key_value_layout::groups)
                row = query ? head / sharing * group + head % sharing * dim + element
                            : head * group + (value ? sharing + 1 : sharing) * of.head_dim + element;
            rows.taken.push_back(static_cast<std::int32_t>(row));
        }
    if (of.query_key_value == query_key_value_layout::separate) {
        rows.name = query ? names.query : value ? names.value : names.key;
        rows.count = heads * dim;
    } else {
        rows.name = names.query_key_value;
        rows.count = queries + keys + of.value_width();
    }
    return rows;
}

/// Rows [first, first + count) of a map with `all` rows.
inline stored_rows block_of(const std::string& name, std::size_t all, std::size_t first, std::size_t count) {
    stored_rows rows{name, all, std::vector<std::int32_t>(count)};
    std::iota(rows.taken.begin(), rows.taken.end(), static_cast<std::int32_t>(first));
    return rows;
}

/// The rows of a gate, or of what it gates, in a map of both.
/// @param width of each
inline stored_rows gate_rows(const std::string& name, gate_layout layout, bool gate, std::size_t width) {
    if (layout == gate_layout::blocks) return block_of(name, 2 * width, gate ? 0 : width, width);
    stored_rows rows{name, 2 * width, {}};
    for (std::size_t i = 0; i < width; ++i) rows.taken.push_back(static_cast<std::int32_t>(2 * i + (gate ? 0 : 1)));
    return rows;
}

/// Multi-head latent attention: queries as they are made of their latent vector.
inline stored_rows latent_query_rows(const decoder& of) {
    stored_rows rows = rows_of(of, attention_part::query);
    rows.name = of.latent.query_rank > 0 ? of.names.query_up : of.names.query;
    return rows;
}

/// The part of the keys that the latent vector makes, by heads, 0 where they are turned; or the values.
inline stored_rows latent_key_value_rows(const decoder& of, bool value) {
    const std::size_t turned = of.latent.turned, plain = of.head_dim - turned, step = plain + of.value_dim;
    stored_rows rows{of.names.key_value_up, of.heads * step, {}};
    for (std::size_t head = 0; head < of.heads; ++head)
        for (std::size_t i = 0; i < (value ? of.value_dim : of.head_dim); ++i)
            rows.taken.push_back(!value && i < turned
                                     ? zero_row
                                     : static_cast<std::int32_t>(head * step + (value ? plain + i : i - turned)));
    return rows;
}

/// What the token's latent vector of keys and values is made by, or the keys' part that is turned.
inline stored_rows latent_down_rows(const decoder& of, bool turned) {
    const std::size_t rank = of.latent.key_value_rank, dims = of.latent.turned;
    if (!turned) return block_of(of.names.key_value_down, rank + dims, 0, rank);
    stored_rows rows{of.names.key_value_down, rank + dims, {}};
    for (std::size_t i = 0; i < dims; ++i)
        rows.taken.push_back(static_cast<std::int32_t>(rank + stored_pair_element(of, i, dims)));
    return rows;
}

}  // namespace bouillon::detail
