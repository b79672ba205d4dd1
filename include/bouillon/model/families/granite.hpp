// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// Granite: Llama with factors on embeddings, scores, what a half of a layer adds, and logits.
///
/// Reference: Hugging Face transformers 5.24, models/granite.
namespace bouillon::detail {

inline decoder read_granite(const config_reader& config) {
    decoder result = read_like_llama(config);
    read_rotation(config, result);
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    result.feed_forward_biased = config.flag("mlp_bias");
    result.embedding_scale = config.number("embedding_multiplier");
    result.residual_scale = config.number("residual_multiplier");
    result.logit_scale = 1 / config.number("logits_scaling");
    set_attention_scale(result, config.number("attention_multiplier"));
    return result;
}

}  // namespace bouillon::detail
