// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// StableLM: LayerNorm with biases in a Llama, a part of each head turned; with one residual for both halves of a layer
/// in some.
///
/// Reference: Bellagente et al. (2024), arXiv 2402.17834; Hugging Face transformers 5.24, models/stablelm.
namespace bouillon::detail {

inline decoder read_stablelm(const config_reader& config) {
    decoder result = read_sizes(config);
    read_heads(config, result);
    require_heads_of_width(config, result);
    read_rotation(config, result, rotary_share::always);
    result.feed_forward = config.size("intermediate_size");
    result.activation = read_activation(config);
    const double epsilon = config.number("layer_norm_eps");
    result.norm = layer_norm(epsilon);
    if (config.flag("qk_layernorm"))
        result.query_key = {.over = query_key_norm::extent::each_head, .norm = layer_norm(epsilon, false)};
    result.parallel_residual = config.flag("use_parallel_residual");
    result.feed_forward_norms.input = !result.parallel_residual;
    result.query_key_value_biased = config.flag("use_qkv_bias");
    result.names.query_norm = "self_attn.q_layernorm.norms.";
    result.names.key_norm = "self_attn.k_layernorm.norms.";
    return result;
}

}  // namespace bouillon::detail
