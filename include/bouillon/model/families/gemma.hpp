// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

#include <cmath>

/// Gemma: norms that store what their weights have above 1, and embeddings times the square root of the width. Gemma 2
/// and 3: norms before and after each half of a layer, and windows; in 2 capped scores and logits, in 3 norms of heads
/// and another base of positions in layers with windows.
///
/// Reference: Gemma (2024), arXiv 2403.08295 and 2408.00118; Gemma (2025), arXiv 2503.19786; Hugging Face transformers
/// 5.24, models/{gemma, gemma2, gemma3}.
namespace bouillon::detail {

/// What all have alike.
inline decoder read_any_gemma(const config_reader& config) {
    decoder result = read_like_llama(config);
    config.require("use_bidirectional_attention", false);
    result.norm.offset = 1;
    result.embedding_scale = std::sqrt(static_cast<double>(result.width));
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    return result;
}

inline decoder read_gemma(const config_reader& config) {
    config.require("hidden_activation", "gelu_pytorch_tanh");  // which its class does not read
    decoder result = read_any_gemma(config);
    read_rotation(config, result);
    return result;
}

/// What Gemma 2 and 3 have alike.
inline decoder read_later_gemma(const config_reader& config) {
    if (!config.says("hidden_activation") && !config.is("hidden_act", "gelu_pytorch_tanh"))
        config.refuse("hidden_act", "its class reads 'hidden_activation' instead");
    decoder result = read_any_gemma(config);
    result.attention_norms = result.feed_forward_norms = {.input = true, .output = true};
    set_attention_scale(result, 1 / std::sqrt(config.number("query_pre_attn_scalar")));
    if (config.has("final_logit_softcapping")) result.logit_cap = config.number("final_logit_softcapping");
    result.names.attention_output_norm = "post_attention_layernorm";
    result.names.feed_forward_norm = "pre_feedforward_layernorm";
    result.names.feed_forward_output_norm = "post_feedforward_layernorm";
    return result;
}

inline decoder read_gemma2(const config_reader& config) {
    decoder result = read_later_gemma(config);
    read_rotation(config, result);
    read_windows(config, result);
    if (config.says("sliding_window_size")) config.require("sliding_window_size", config.size("sliding_window"));
    if (config.has("attn_logit_softcapping")) result.attention_cap = config.number("attn_logit_softcapping");
    return result;
}

inline decoder read_gemma3(const config_reader& config) {
    decoder result = read_later_gemma(config);
    read_rotations(config, result, read_windows(config, result));
    result.query_key = {.over = query_key_norm::extent::head, .norm = result.norm};
    config.pass_over("attn_logit_softcapping");  // its class has it, and no attention uses it
    return result;
}

}  // namespace bouillon::detail
