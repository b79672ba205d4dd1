// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/decoder.hpp>

#include <algorithm>
#include <cstddef>

/// How many float32 numbers a causal_language_model holds.
namespace bouillon {

namespace detail {

inline std::size_t map_elements(std::size_t inputs, std::size_t outputs, bool biased) {
    return (inputs + (biased ? 1 : 0)) * outputs;
}

inline std::size_t norm_elements(const norm_settings& settings, std::size_t width) {
    return (settings.kind == norm_settings::function::layer ? 2 : 1) * width;
}

inline std::size_t attention_elements(const decoder& of) {
    const std::size_t q = of.query_width(), k = of.key_width(), v = of.value_width(), c = of.width;
    const bool biased = of.query_key_value_biased;
    std::size_t sum = map_elements(of.heads * of.value_dim, c, of.attention_output_biased);
    if (const latent_attention& latent = of.latent; latent.key_value_rank > 0) {
        const std::size_t rank = latent.key_value_rank, made_of = latent.query_rank > 0 ? latent.query_rank : c;
        if (latent.query_rank > 0) sum += map_elements(c, made_of, biased) + made_of;
        sum += made_of * q + map_elements(c, rank + latent.turned, biased) + rank + rank * (q + v) + latent.turned * q;
    } else {
        sum += map_elements(c, q + k + v, biased);
    }
    if (of.sinks) sum += of.heads;
    const norm_settings& norm = of.query_key.norm;
    if (of.query_key.over == query_key_norm::extent::none) return sum;
    if (of.query_key.over == query_key_norm::extent::head) return sum + 2 * norm_elements(norm, of.head_dim);
    return sum + norm_elements(norm, q) + norm_elements(norm, k);
}

inline std::size_t feed_forward_elements(const decoder& of, std::size_t width, bool biased) {
    return (of.gated ? 2 : 1) * map_elements(of.width, width, biased) + map_elements(width, of.width, biased);
}

inline std::size_t layer_elements(const decoder& of) {
    std::size_t sum = attention_elements(of);
    for (const norm_places* places : {&of.attention_norms, &of.feed_forward_norms})
        sum +=
            static_cast<std::size_t>(places->input + places->output + places->sum) * norm_elements(of.norm, of.width);
    const auto has = [&](bool experts) {
        return std::any_of(of.layers.begin(), of.layers.end(),
                           [&](const decoder_layer& layer) { return layer.experts == experts; });
    };
    if (has(false)) sum += feed_forward_elements(of, of.feed_forward, of.feed_forward_biased);
    if (const expert_settings& experts = of.experts; has(true)) {
        sum += map_elements(of.width, experts.count, experts.router_biased);
        sum += experts.count * feed_forward_elements(of, experts.feed_forward, experts.biased);
        if (experts.shared_feed_forward > 0)
            sum += feed_forward_elements(of, experts.shared_feed_forward, of.feed_forward_biased);
    }
    return sum;
}

}  // namespace detail

/// Of one stage's parameters at a time and of tables of positions.
/// @param window tokens that a window has at most
inline std::size_t parameter_elements(const decoder& of, std::size_t window) {
    std::size_t sum = detail::layer_elements(of) + of.vocabulary * of.embedded_width() + 2 * of.width;
    if (of.learned_positions) sum += of.position_rows * of.width;
    if (of.embedding_normalised) sum += 2 * of.width;
    if (of.embedding_width > 0) sum += of.width * of.width;
    if (of.head_biased) sum += of.vocabulary;
    for (const rotary_settings& rotary : of.rotaries) sum += window * rotary.dims * (rotary.is_long(window) ? 2 : 1);
    if (of.bias_by_position != position_bias::none) sum += of.heads * window;
    return sum;
}

/// Of the largest tensor that is taken apart or put in another order while a stage is loaded, and of the list of its
/// places where it is taken element by element; at most.
inline std::size_t scratch_elements(const decoder& of) {
    const std::size_t heads = of.query_width() + of.key_width() + of.value_width();
    const expert_settings& experts = of.experts;
    if (experts.stacked) return of.width * experts.feed_forward * (2 * experts.count + 1);
    const bool attention = of.query_key_value != query_key_value_layout::separate || of.interleaved_rotary ||
                           of.latent.key_value_rank > 0 || of.transposed_maps;
    const bool gates = of.gates != gate_layout::separate || of.transposed_maps;
    const std::size_t largest = std::max(attention ? of.width * heads : 0, gates ? 2 * of.width * of.feed_forward : 0);
    return of.transposed_maps ? 2 * largest : largest;
}

/// Of the activations of one row of a batch, but for its residual.
inline std::size_t activation_elements(const decoder& of) {
    const std::size_t c = std::max(of.width, of.embedding_width), f = of.widest_feed_forward();
    std::size_t sum = of.query_width() + of.key_width() + of.heads * of.value_dim + of.value_width();
    if (of.experts.count > 0) sum += of.experts.count + 2 * c;
    if (of.latent.key_value_rank > 0)
        sum += std::max(of.latent.query_rank, of.latent.key_value_rank) + of.latent.turned;
    return sum + (1 + (of.parallel_residual ? 1 : 0) + (of.has_branch() ? 1 : 0)) * c + (of.gated ? 2 : 1) * f;
}

}  // namespace bouillon
