// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// GLM 4: norms before and after each half of a layer, a gate in one map with what it gates, and a part of each head
/// turned, in pairs that are neighbours.
///
/// Reference: GLM (2024), arXiv 2406.12793; Hugging Face transformers 5.24, models/glm4.
namespace bouillon::detail {

inline decoder read_glm4(const config_reader& config) {
    decoder result = read_like_llama(config);
    read_rotation(config, result, rotary_share::always);
    result.interleaved_rotary = true;
    result.query_key_value_biased = config.flag("attention_bias");
    result.gates = gate_layout::blocks;
    result.attention_norms = result.feed_forward_norms = {.input = true, .output = true};
    result.names.attention_output_norm = "post_self_attn_layernorm";
    result.names.feed_forward_norm = "post_attention_layernorm";
    result.names.feed_forward_output_norm = "post_mlp_layernorm";
    return result;
}

}  // namespace bouillon::detail
