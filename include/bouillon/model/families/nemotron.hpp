// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// Nemotron: LayerNorm with biases, which stores what its weights have above 1, a feed-forward without a gate, and a
/// part of each head turned.
///
/// Reference: Parmar et al. (2024), arXiv 2402.16819; Hugging Face transformers 5.24, models/nemotron.
namespace bouillon::detail {

inline decoder read_nemotron(const config_reader& config) {
    decoder result = read_sizes(config);
    read_heads(config, result);
    read_rotation(config, result, rotary_share::always);
    result.feed_forward = config.size("intermediate_size");
    result.activation = read_activation(config);
    result.gated = false;
    result.norm = layer_norm(config.number("norm_eps"));
    result.norm.offset = 1;
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    result.feed_forward_biased = config.flag("mlp_bias");
    return result;
}

}  // namespace bouillon::detail
