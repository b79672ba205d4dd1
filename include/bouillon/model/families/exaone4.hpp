// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

#include <cstddef>

/// EXAONE 4: norms of what a half of a layer adds, and of heads; where there are windows, the layers that attend to all
/// tokens are not turned.
///
/// Reference: LG AI Research (2025), arXiv 2507.11407; Hugging Face transformers 5.24, models/exaone4.
namespace bouillon::detail {

inline decoder read_exaone4(const config_reader& config) {
    decoder result = read_like_llama(config);
    read_rotation(config, result);
    const auto slides = read_windows(config, result);
    for (std::size_t i = 0; i < slides.size(); ++i)
        if (!slides[i] && config.has("sliding_window")) result.layers[i].rotary.reset();
    result.attention_norms = result.feed_forward_norms = {.input = false, .output = true};
    result.query_key = {.over = query_key_norm::extent::head, .norm = result.norm};
    result.names.attention_output_norm = "post_attention_layernorm";
    result.names.feed_forward_output_norm = "post_feedforward_layernorm";
    return result;
}

}  // namespace bouillon::detail
