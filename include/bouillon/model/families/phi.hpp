// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// Phi: LayerNorm with biases, of which a layer has one, whose output both its halves read; biases on all maps and on
/// the head. Phi 3: Llama with fused maps and windows.
///
/// Reference: Gunasekar et al. (2023), arXiv 2306.11644; Abdin et al. (2024), arXiv 2404.14219; Hugging Face
/// transformers 5.24, models/{phi, phi3}.
namespace bouillon::detail {

inline decoder read_phi(const config_reader& config) {
    decoder result = read_sizes(config);
    read_heads(config, result);
    require_heads_of_width(config, result);
    read_rotation(config, result, rotary_share::always);
    result.feed_forward = config.size("intermediate_size");
    result.activation = read_activation(config);
    result.gated = false;
    result.norm = layer_norm(config.number("layer_norm_eps"));
    if (config.flag("qk_layernorm")) result.query_key = {.over = query_key_norm::extent::head, .norm = result.norm};
    result.parallel_residual = true;
    result.feed_forward_norms.input = false;
    result.query_key_value_biased = result.attention_output_biased = result.feed_forward_biased = true;
    result.head_biased = true;
    auto& names = result.names;
    names.query_norm = "self_attn.q_layernorm";
    names.key_norm = "self_attn.k_layernorm";
    names.attention_output = "self_attn.dense";
    names.up = "mlp.fc1";
    names.down = "mlp.fc2";
    names.final_norm = "model.final_layernorm";
    return result;
}

inline decoder read_phi3(const config_reader& config) {
    decoder result = read_like_llama(config);
    require_heads_of_width(config, result);
    read_rotation(config, result, rotary_share::always);
    config.pass_over("original_max_position_embeddings");  // which says nothing where positions are not scaled
    read_same_windows(config, result);
    for (const char* const field : {"full_attn_mod", "interpolate_factor"})
        config.require(field, 1);  // as files of Phi 4 have them, and no class reads
    config.require("lm_head_bias", false);
    result.query_key_value = query_key_value_layout::blocks;
    result.gates = gate_layout::blocks;
    return result;
}

}  // namespace bouillon::detail
