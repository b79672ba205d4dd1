// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

#include <cstddef>

/// Cohere's Command R: LayerNorm without biases, of which a layer has one, whose output both its halves read; turned
/// pairs that are neighbours; scaled logits. Its second version turns those layers alone that attend to a window.
///
/// Reference: Hugging Face transformers 5.24, models/{cohere, cohere2}.
namespace bouillon::detail {

/// What both have alike.
inline decoder read_any_cohere(const config_reader& config) {
    decoder result = read_sizes(config);
    read_heads(config, result);
    require_heads_of_width(config, result);
    read_rotation(config, result);
    result.interleaved_rotary = true;
    result.feed_forward = config.size("intermediate_size");
    result.activation = read_activation(config);
    result.norm = layer_norm(config.number("layer_norm_eps"), false);
    result.parallel_residual = true;
    result.feed_forward_norms.input = false;
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    result.logit_scale = config.number("logit_scale");
    return result;
}

inline decoder read_cohere(const config_reader& config) {
    decoder result = read_any_cohere(config);
    if (config.flag("use_qk_norm")) result.query_key = {.over = query_key_norm::extent::each_head, .norm = result.norm};
    return result;
}

inline decoder read_cohere2(const config_reader& config) {
    decoder result = read_any_cohere(config);
    const auto slides = read_windows(config, result);
    for (std::size_t i = 0; i < slides.size(); ++i)
        if (!slides[i]) result.layers[i].rotary.reset();
    for (const char* const field : {"use_embedding_sharing", "use_gated_activation", "use_parallel_block"})
        config.require(field, true);             // as the first files had them, and no class reads
    config.pass_over("use_parallel_embedding");  // of one machine among several
    config.require("order_of_interleaved_layers", "local_attn_first");
    config.require("position_embedding_type", "rope_gptj");
    config.require("layer_switch", 4);
    config.require("rotary_pct", 1);
    return result;
}

}  // namespace bouillon::detail
