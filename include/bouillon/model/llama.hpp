// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/common_fields.hpp>
#include <bouillon/model/config_reader.hpp>
#include <bouillon/model/language_model_config.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

/// Llama and the architectures that differ from it in little: Mistral, Qwen 2 and Qwen 3.
///
/// A field that Hugging Face's class lets a file leave out gets that class's default.
/// Reference: Touvron et al. (2023), arXiv 2302.13971; Jiang et al. (2023), arXiv 2310.06825; Qwen (2024), arXiv
/// 2407.10671; Qwen (2025), arXiv 2505.09388.
namespace bouillon::detail {

/// How many tokens attention reaches back to, itself included.
inline std::size_t attention_reach(const config_reader& config, const std::string& architecture, std::size_t context) {
    if (architecture == "llama") return context;
    if (config.has("layer_types"))
        for (const auto& kind : config["layer_types"])
            if (kind != "full_attention" && kind != "sliding_attention")
                config.refuse("layer_types", R"(supported so far: "full_attention", "sliding_attention")");
    const std::size_t implied = config.contains("sliding_window") ? context : 4096;
    const std::size_t reach = config.size_or("sliding_window", implied);
    return architecture == "mistral" || config.flag_or("use_sliding_window", false) ? reach : context;
}

/// A window that is no longer than what attention reaches back to needs no mask of its own: where attention slides, a
/// model's context is made that short.
inline language_model_config read_llama(const config_reader& config, std::string architecture) {
    language_model_config result;
    result.architecture = std::move(architecture);
    result.vocabulary = config.size("vocab_size");
    result.width = config.size("hidden_size");
    result.feed_forward = config.size("intermediate_size");
    result.layers = config.size("num_hidden_layers");
    result.heads = config.size("num_attention_heads");
    const bool original = result.architecture == "llama";
    result.key_value_heads =
        original ? config.size_or("num_key_value_heads", result.heads) : config.size("num_key_value_heads");
    result.head_dim = result.architecture == "qwen3" ? config.size("head_dim")
                                                     : config.size_or("head_dim", result.width / result.heads);
    result.context =
        original ? config.size_or("max_position_embeddings", 2048) : config.size("max_position_embeddings");
    result.norm_epsilon = config.number_or("rms_norm_eps", 1e-6);
    result.rotary = read_rotary(config, result.head_dim, "rope_theta", "partial_rotary_factor", 1);
    config.require("hidden_act", "silu");
    if (original) result.feed_forward_bias = config.flag_or("mlp_bias", false);
    if (original || result.architecture == "qwen3")
        result.query_key_value_bias = result.attention_output_bias = config.flag_or("attention_bias", false);
    if (result.architecture == "qwen2") result.query_key_value_bias = true;
    if (result.architecture.starts_with("qwen")) config.require("use_mrope", false);
    result.head_norms = result.architecture == "qwen3";
    result.context = std::min(result.context, attention_reach(config, result.architecture, result.context));
    finish_config(config, result);
    return result;
}

}  // namespace bouillon::detail
