// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// BLOOM: ALiBi in place of turned heads, LayerNorm with biases, also of embeddings, and queries, keys and values of a
/// head side by side in one map.
///
/// Reference: Workshop (2022), arXiv 2211.05100; Hugging Face transformers 5.24, models/bloom.
namespace bouillon::detail {

inline void name_bloom(tensor_names& names) {
    names.older_prefix = "transformer.";
    names.embedding = "transformer.word_embeddings";
    names.embedding_norm = "transformer.word_embeddings_layernorm";
    names.layers = "transformer.h.";
    names.query_key_value = "self_attention.query_key_value";
    names.attention_output = "self_attention.dense";
    names.up = "mlp.dense_h_to_4h";
    names.down = "mlp.dense_4h_to_h";
    names.final_norm = "transformer.ln_f";
}

/// Nothing bounds its windows: `context` is the length that a file says it was trained with, or the usual one.
inline decoder read_bloom(const config_reader& config) {
    decoder result = read_sizes(config);
    read_heads(config, result);
    require_heads_of_width(config, result);
    for (auto& layer : result.layers) layer.rotary.reset();
    result.bias_by_position = position_bias::alibi;
    result.embedding_normalised = true;
    result.feed_forward = config.size("intermediate_size");
    result.activation.kind = activation::gelu_tanh;
    result.gated = false;
    result.norm = layer_norm(config.number("layer_norm_epsilon"));
    result.residual_normed = config.flag("apply_residual_connection_post_layernorm");
    result.query_key_value = query_key_value_layout::groups;
    result.query_key_value_biased = result.attention_output_biased = result.feed_forward_biased = true;
    name_bloom(result.names);
    return result;
}

}  // namespace bouillon::detail
