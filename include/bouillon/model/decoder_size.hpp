// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/decoder.hpp>

#include <algorithm>
#include <cstddef>

/// How many numbers a causal_language_model holds.
namespace bouillon {

/// Numbers that products of matrices read or write, and all others, which are of 32 bits on every backend
/// (`buffer_use`).
struct number_counts {
    std::size_t factors = 0, others = 0;  ///< that products of matrices read or write; all others

    number_counts& operator+=(const number_counts& more) {
        factors += more.factors;
        others += more.others;
        return *this;
    }
    friend number_counts operator+(number_counts a, const number_counts& b) { return a += b; }
    friend number_counts operator*(std::size_t times, const number_counts& of) {
        return {times * of.factors, times * of.others};
    }
};

namespace detail {

inline number_counts map_numbers(std::size_t inputs, std::size_t outputs, bool biased) {
    return {inputs * outputs, biased ? outputs : 0};
}

inline number_counts norm_numbers(const norm_settings& settings, std::size_t width) {
    return {0, (settings.kind == norm_settings::function::layer ? 2 : 1) * width};
}

inline number_counts attention_numbers(const decoder& of) {
    const std::size_t q = of.query_width(), k = of.key_width(), v = of.value_width(), c = of.width;
    const bool biased = of.query_key_value_biased;
    number_counts sum = map_numbers(of.heads * of.value_dim, c, of.attention_output_biased);
    if (const latent_attention& latent = of.latent; latent.key_value_rank > 0) {
        const std::size_t rank = latent.key_value_rank, made_of = latent.query_rank > 0 ? latent.query_rank : c;
        if (latent.query_rank > 0) sum += map_numbers(c, made_of, biased) + number_counts{0, made_of};
        sum += map_numbers(c, rank + latent.turned, biased);
        sum += {made_of * q + rank * (q + v) + latent.turned * q, rank};
    } else {
        sum += map_numbers(c, q + k + v, biased);
    }
    if (of.sinks) sum += {0, of.heads};
    const norm_settings& norm = of.query_key.norm;
    if (of.query_key.over == query_key_norm::extent::none) return sum;
    if (of.query_key.over == query_key_norm::extent::head) return sum + 2 * norm_numbers(norm, of.head_dim);
    return sum + norm_numbers(norm, q) + norm_numbers(norm, k);
}

inline number_counts feed_forward_numbers(const decoder& of, std::size_t width, bool biased) {
    return (of.gated ? 2 : 1) * map_numbers(of.width, width, biased) + map_numbers(width, of.width, biased);
}

inline number_counts layer_numbers(const decoder& of) {
    number_counts sum = attention_numbers(of);
    for (const norm_places* places : {&of.attention_norms, &of.feed_forward_norms})
        sum += static_cast<std::size_t>(places->input + places->output + places->sum) * norm_numbers(of.norm, of.width);
    const auto has = [&](bool experts) {
        return std::any_of(of.layers.begin(), of.layers.end(),
                           [&](const decoder_layer& layer) { return layer.experts == experts; });
    };
    if (has(false)) sum += feed_forward_numbers(of, of.feed_forward, of.feed_forward_biased);
    if (const expert_settings& experts = of.experts; has(true)) {
        sum += map_numbers(of.width, experts.count, experts.router_biased);
        sum += experts.count * feed_forward_numbers(of, experts.feed_forward, experts.biased);
        if (experts.shared_feed_forward > 0)
            sum += feed_forward_numbers(of, experts.shared_feed_forward, of.feed_forward_biased);
    }
    return sum;
}

}  // namespace detail

/// Of one stage's parameters at a time and of tables of positions.
/// @param of what the model is
/// @param window tokens that a window has at most
inline number_counts parameter_numbers(const decoder& of, std::size_t window) {
    number_counts sum = detail::layer_numbers(of);
    sum += {of.vocabulary * of.embedded_width(), 2 * of.width};
    if (of.learned_positions) sum += {0, of.position_rows * of.width};
    if (of.embedding_normalised) sum += {0, 2 * of.width};
    if (of.embedding_width > 0) sum += {of.width * of.width, 0};
    if (of.head_biased) sum += {0, of.vocabulary};
    for (const rotary_settings& rotary : of.rotaries)
        sum += {0, window * rotary.dims * (rotary.is_long(window) ? 2 : 1)};
    if (of.bias_by_position != position_bias::none) sum += {0, of.heads * window};
    return sum;
}

/// Of the largest tensor that is taken apart or put in another order while a stage is loaded, and of the lists of its
/// places where it is taken element by element; at most.
inline number_counts scratch_numbers(const decoder& of) {
    const std::size_t heads = of.query_width() + of.key_width() + of.value_width();
    const expert_settings& experts = of.experts;
    if (experts.stacked) return {2 * experts.count * of.width * experts.feed_forward, of.width * experts.feed_forward};
    const bool attention = of.query_key_value != query_key_value_layout::separate || of.interleaved_rotary ||
                           of.latent.key_value_rank > 0 || of.transposed_maps;
    const bool gates = of.gates != gate_layout::separate || of.transposed_maps;
    const std::size_t largest = std::max(attention ? of.width * heads : 0, gates ? 2 * of.width * of.feed_forward : 0);
    return {largest, of.transposed_maps ? 3 * largest : 0};
}

/// Of the activations of one row of a batch, but for its residual.
inline number_counts activation_numbers(const decoder& of) {
    const std::size_t c = std::max(of.width, of.embedding_width), f = of.widest_feed_forward();
    number_counts sum{of.query_width() + of.key_width() + of.heads * of.value_dim + of.value_width(), 0};
    if (of.experts.count > 0) sum += {c, c + of.experts.count + 2 * of.experts.chosen};
    if (of.latent.key_value_rank > 0)
        sum += {std::max(of.latent.query_rank, of.latent.key_value_rank) + of.latent.turned, 0};
    sum += {(1 + (of.parallel_residual ? 1 : 0)) * c + (of.gated ? 2 : 1) * f, of.has_branch() ? c : 0};
    return sum;
}

}  // namespace bouillon
