// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// Falcon in its three forms: queries with one key and one value, as many keys as queries, or groups; turned heads or
/// ALiBi; with one norm a layer for both halves, one for each, or one half after the other.
///
/// Reference: Almazrouei et al. (2023), arXiv 2311.16867; Hugging Face transformers 5.24, models/falcon.
namespace bouillon::detail {

inline void read_falcon_positions(const config_reader& config, decoder& result) {
    if (!config.flag("alibi")) return read_rotation(config, result);
    result.bias_by_position = position_bias::rounded_alibi;
    for (auto& layer : result.layers) layer.rotary.reset();
    config.pass_over("rope_theta", "rope_scaling", "rope_parameters");
}

/// Which halves read the same residual, and through which norms.
inline void read_falcon_norms(const config_reader& config, decoder& result) {
    const bool grouped = config.flag("new_decoder_architecture");
    result.parallel_residual = config.flag("parallel_attn");
    if (grouped && !result.parallel_residual) config.refuse("parallel_attn", "supported so far: true");
    const bool two = config.has("num_ln_in_parallel_attn") ? config.is("num_ln_in_parallel_attn", 2) : grouped;
    if (two && !grouped) config.refuse("num_ln_in_parallel_attn", "supported so far: 1");
    result.feed_forward_norms.input = two || !result.parallel_residual;
    if (!two) return;
    result.names.attention_norm = "ln_attn";
    result.names.feed_forward_norm = "ln_mlp";
}

inline decoder read_falcon(const config_reader& config) {
    decoder result = read_sizes(config);
    read_heads(config, result);
    require_heads_of_width(config, result);
    read_falcon_positions(config, result);
    read_falcon_norms(config, result);
    config.pass_over("multi_query");  // which tells the number of key heads
    result.feed_forward = config.size("intermediate_size");
    result.activation = read_activation(config);
    result.gated = false;
    result.norm = layer_norm(config.number("layer_norm_epsilon"));
    result.query_key_value = query_key_value_layout::groups;
    result.query_key_value_biased = result.attention_output_biased = result.feed_forward_biased = config.flag("bias");
    auto& names = result.names;
    names.older_prefix = "transformer.";
    names.embedding = "transformer.word_embeddings";
    names.layers = "transformer.h.";
    names.query_key_value = "self_attention.query_key_value";
    names.attention_output = "self_attention.dense";
    names.up = "mlp.dense_h_to_4h";
    names.down = "mlp.dense_4h_to_h";
    names.final_norm = "transformer.ln_f";
    return result;
}

}  // namespace bouillon::detail
