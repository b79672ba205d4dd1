// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// GPT-NeoX, Pythia's architecture: LayerNorm with biases, queries, keys and values of a head side by side in one map,
/// a part of each head turned, attention and feed-forward side by side.
///
/// Reference: Black et al. (2022), arXiv 2204.06745; Hugging Face transformers 5.24, models/gpt_neox.
namespace bouillon::detail {

inline decoder read_gpt_neox(const config_reader& config) {
    decoder result = read_sizes(config);
    read_heads(config, result);
    require_heads_of_width(config, result);
    read_rotation(config, result, rotary_share::always);
    result.feed_forward = config.size("intermediate_size");
    result.activation = read_activation(config);
    result.gated = false;
    result.norm = layer_norm(config.number("layer_norm_eps"));
    result.parallel_residual = config.flag("use_parallel_residual");
    result.query_key_value = query_key_value_layout::groups;
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    result.feed_forward_biased = true;
    auto& names = result.names;
    names.embedding = "gpt_neox.embed_in";
    names.layers = "gpt_neox.layers.";
    names.query_key_value = "attention.query_key_value";
    names.attention_output = "attention.dense";
    names.up = "mlp.dense_h_to_4h";
    names.down = "mlp.dense_4h_to_h";
    names.final_norm = "gpt_neox.final_layer_norm";
    names.head = "embed_out";
    return result;
}

}  // namespace bouillon::detail
