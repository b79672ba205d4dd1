// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>
#include <bouillon/model/common_fields.hpp>
#include <bouillon/model/config_reader.hpp>
#include <bouillon/model/language_model_config.hpp>

#include <string>

/// GPT-NeoX, Pythia's architecture: LayerNorm with biases, queries, keys and values in one map, a part of each head
/// turned, attention and feed-forward side by side.
///
/// Reference: Black et al. (2022), arXiv 2204.06745.
namespace bouillon::detail {

inline language_model_config read_gpt_neox(const config_reader& config) {
    language_model_config result;
    result.architecture = "gpt_neox";
    result.vocabulary = config.size("vocab_size");
    result.width = config.size("hidden_size");
    result.feed_forward = config.size("intermediate_size");
    result.layers = config.size("num_hidden_layers");
    result.heads = result.key_value_heads = config.size("num_attention_heads");
    result.head_dim = result.width / result.heads;
    if (result.head_dim * result.heads != result.width)
        config.refuse("hidden_size", "it is no multiple of 'num_attention_heads' " + to_string(result.heads));
    result.context = config.size_or("max_position_embeddings", 2048);
    result.rotary = read_rotary(config, result.head_dim, "rotary_emb_base", "rotary_pct", 0.25);
    result.normalization = normalization::layer;
    result.norm_epsilon = config.number_or("layer_norm_eps", 1e-5);
    const std::string function = config.has("hidden_act") ? config.text("hidden_act") : "gelu";
    if (function == "gelu")
        result.activation = activation::gelu;
    else if (function == "gelu_new" || function == "gelu_fast" || function == "gelu_pytorch_tanh")
        result.activation = activation::gelu_tanh;
    else
        config.refuse("hidden_act", R"(supported so far: "gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh")");
    result.query_key_value_bias = result.attention_output_bias = config.flag_or("attention_bias", true);
    result.feed_forward_bias = true;
    result.parallel_residual = config.flag_or("use_parallel_residual", true);
    result.names = {.embedding = "gpt_neox.embed_in.weight",
                    .layers = "gpt_neox.layers.",
                    .query_key_value = "attention.query_key_value",
                    .attention_output = "attention.dense",
                    .up = "mlp.dense_h_to_4h",
                    .down = "mlp.dense_4h_to_h",
                    .final_norm = "gpt_neox.final_layer_norm",
                    .head = "embed_out.weight"};
    finish_config(config, result);
    return result;
}

}  // namespace bouillon::detail
