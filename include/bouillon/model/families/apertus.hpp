// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// Apertus: norms of heads, and a feed-forward without a gate whose activation has learned numbers, stored beside its
/// maps.
///
/// Reference: Apertus (2025), arXiv 2509.14233; Hugging Face transformers 5.24, models/apertus.
namespace bouillon::detail {

inline decoder read_apertus(const config_reader& config) {
    decoder result = read_sizes(config);
    read_heads(config, result);
    read_rotation(config, result);
    result.feed_forward = config.size("intermediate_size");
    result.gated = false;
    config.require("qk_norm", true);
    if (config.is("hidden_act", "xielu"))
        result.activation.kind = activation::xielu;  // the file of tensors has its numbers
    else
        result.activation = read_activation(config);
    result.norm.epsilon = config.number("rms_norm_eps");
    result.query_key = {.over = query_key_norm::extent::head, .norm = result.norm};
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    result.names.attention_norm = "attention_layernorm";
    result.names.feed_forward_norm = "feedforward_layernorm";
    return result;
}

}  // namespace bouillon::detail
