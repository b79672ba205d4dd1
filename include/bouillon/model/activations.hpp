// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/decoder.hpp>
#include <bouillon/tensor/shapes.hpp>

#include <algorithm>
#include <cstddef>

namespace bouillon::detail {

/// Activations of one stage of a forward pass, for one batch at a time.
///
/// What products read and write is for activations (`buffer_use`); what is added to the residual, and logits of
/// experts, are sums.
template <class Buffer, class Indices>
struct activations {
    Buffer normed;            ///< (rows, width), what attention and feed-forward read
    Buffer parallel;          ///< (rows, width), what the feed-forward reads where both read the same residual
    Buffer branch;            ///< (rows, width), what they add to the residual, where that is not done at once
    Buffer query, attended;   ///< (rows, heads, head_dim), (rows, heads, value_dim)
    Buffer key, value;        ///< (rows, key_value_heads, head_dim or value_dim)
    Buffer latent, turned;    ///< (rows, the larger rank), (rows, turned)
    Buffer gate, up;          ///< (rows, feed_forward); the gate in a gated activation
    Buffer routing;           ///< (rows, experts), logits
    Buffer gathered, answer;  ///< (rows, width), of one expert
    Indices expert_rows;      ///< (rows, chosen), the rows of each expert in turn
    Buffer expert_factors;    ///< (rows, chosen), of their answers

    /// @param rows of a batch, at most
    template <class Backend>
    static activations make(const decoder& of, const Backend& backend, std::size_t rows) {
        const std::size_t c = rows * std::max(of.width, of.embedding_width);
        const std::size_t f = rows * of.widest_feed_forward();
        const auto room = [&](std::size_t elements) { return backend.make_buffer(elements, buffer_use::activation); };
        const auto room_if = [&](bool needed, std::size_t elements) { return needed ? room(elements) : Buffer{}; };
        const auto sums_if = [&](bool needed, std::size_t elements) {
            return needed ? backend.make_buffer(elements) : Buffer{};
        };
        const latent_attention& latent = of.latent;
        const bool experts = of.experts.count > 0;
        return {.normed = room(c),
                .parallel = room_if(of.parallel_residual, c),
                .branch = sums_if(of.has_branch(), c),
                .query = room(rows * of.query_width()),
                .attended = room(rows * of.heads * of.value_dim),
                .key = room(rows * of.key_width()),
                .value = room(rows * of.value_width()),
                .latent = room_if(latent.key_value_rank > 0, rows * std::max(latent.query_rank, latent.key_value_rank)),
                .turned = room_if(latent.key_value_rank > 0, rows * latent.turned),
                .gate = room_if(of.gated, f),
                .up = room(f),
                .routing = sums_if(experts, rows * of.experts.count),
                .gathered = room_if(experts, c),
                .answer = sums_if(experts, c),
                .expert_rows = experts ? backend.make_indices(rows * of.experts.chosen) : Indices{},
                .expert_factors = sums_if(experts, rows * of.experts.chosen)};
    }
};

}  // namespace bouillon::detail
