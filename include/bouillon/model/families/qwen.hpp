// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

#include <algorithm>
#include <cstddef>

/// Qwen 2 and 3: Llama with windows in some layers; biases on queries, keys and values in one, norms of heads in the
/// other.
///
/// Reference: Qwen (2024), arXiv 2407.10671; Qwen (2025), arXiv 2505.09388; Hugging Face transformers 5.24,
/// models/{qwen2, qwen3, qwen3_moe}.
namespace bouillon::detail {

inline decoder read_qwen2(const config_reader& config) {
    decoder result = read_like_llama(config);
    read_rotation(config, result);
    read_windows(config, result);
    result.query_key_value_biased = true;
    return result;
}

inline decoder read_qwen3(const config_reader& config) {
    decoder result = read_like_llama(config);
    read_rotation(config, result);
    read_windows(config, result);
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    result.query_key = {.over = query_key_norm::extent::head, .norm = result.norm};
    return result;
}

/// A Qwen 3 with experts in some layers, and one window for all where there is any.
inline decoder read_qwen3_moe(const config_reader& config) {
    decoder result = read_like_llama(config);
    read_rotation(config, result);
    read_same_windows(config, result);
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    result.query_key = {.over = query_key_norm::extent::head, .norm = result.norm};
    result.experts = read_experts(config, "moe_intermediate_size");
    result.experts.renormalised = config.flag("norm_topk_prob");
    config.require("use_qk_norm", true);
    config.require("qkv_bias", false);
    config.require("shared_expert_intermediate_size", 0);
    const auto dense = config.numbers("mlp_only_layers");
    const std::size_t step = config.size("decoder_sparse_step");
    for (std::size_t i = 0; i < result.layers.size(); ++i)
        result.layers[i].experts =
            (i + 1) % step == 0 && std::find(dense.begin(), dense.end(), static_cast<double>(i)) == dense.end();
    return result;
}

}  // namespace bouillon::detail
