// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

#include <cmath>
#include <cstddef>

/// GPT-2: learned positions, LayerNorm with biases, and maps that are stored the other way round.
///
/// Reference: Radford et al. (2019); Hugging Face transformers 5.24, models/gpt2.
namespace bouillon::detail {

inline void name_gpt2(tensor_names& names) {
    names.older_prefix = "transformer.";
    names.embedding = "transformer.wte";
    names.positions = "transformer.wpe";
    names.layers = "transformer.h.";
    names.attention_norm = "ln_1";
    names.query_key_value = "attn.c_attn";
    names.attention_output = "attn.c_proj";
    names.feed_forward_norm = "ln_2";
    names.up = "mlp.c_fc";
    names.down = "mlp.c_proj";
    names.final_norm = "transformer.ln_f";
}

inline decoder read_gpt2(const config_reader& config) {
    decoder result = read_sizes(config);
    read_heads(config, result);
    require_heads_of_width(config, result);
    config.require("add_cross_attention", false);
    const double scale = config.flag("scale_attn_weights") ? result.layers.front().attention_scale : 1;
    const bool by_layer = config.flag("scale_attn_by_inverse_layer_idx");
    for (std::size_t i = 0; i < result.layers.size(); ++i)
        result.layers[i] = {.rotary = {}, .attention_scale = by_layer ? scale / static_cast<double>(i + 1) : scale};
    result.learned_positions = true;
    result.position_rows = result.context;
    result.feed_forward = config.size("intermediate_size");
    result.activation = read_activation(config);
    result.gated = false;
    result.norm = layer_norm(config.number("layer_norm_epsilon"));
    result.query_key_value = query_key_value_layout::blocks;
    result.query_key_value_biased = result.attention_output_biased = result.feed_forward_biased = true;
    result.transposed_maps = true;
    name_gpt2(result.names);
    return result;
}

}  // namespace bouillon::detail
