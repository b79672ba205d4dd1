// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// StarCoder 2: LayerNorm with biases, biases on all maps, a feed-forward without a gate, one window for all layers.
///
/// Reference: Lozhkov et al. (2024), arXiv 2402.19173; Hugging Face transformers 5.24, models/starcoder2.
namespace bouillon::detail {

inline decoder read_starcoder2(const config_reader& config) {
    config.pass_over("activation_function", "layer_norm_epsilon");  // as the first files have, and no class reads
    config.require("scale_attn_weights", true);
    config.require("mlp_type", "default");
    config.require("norm_type", "layer_norm");
    decoder result = read_sizes(config);
    read_heads(config, result);
    read_rotation(config, result);
    read_same_windows(config, result);
    result.feed_forward = config.size("intermediate_size");
    result.activation = read_activation(config);
    result.gated = false;
    result.norm = layer_norm(config.number("norm_epsilon"));
    result.query_key_value_biased = result.attention_output_biased = result.feed_forward_biased =
        config.flag("use_bias");
    result.names.up = "mlp.c_fc";
    result.names.down = "mlp.c_proj";
    return result;
}

}  // namespace bouillon::detail
