// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/rotary.hpp>

#include <cstddef>
#include <string>

namespace bouillon {

/// How a causal language model normalises activations.
enum class normalization { rms, layer };

/// The function between a feed-forward's linear maps: silu(gate) * up, or GELU of one map, exact or by tanh.
enum class activation { gated_silu, gelu, gelu_tanh };

/// The names that an architecture gives its tensors; those of a layer follow `layers` and the layer's number.
struct tensor_names {
    std::string embedding = "model.embed_tokens.weight";
    std::string layers = "model.layers.";
    std::string attention_norm = "input_layernorm";
    std::string query = "self_attn.q_proj", key = "self_attn.k_proj", value = "self_attn.v_proj";
    std::string query_key_value = {};  ///< all three as one map (heads, 3, head_dim; width): then theirs are unused
    std::string query_norm = "self_attn.q_norm", key_norm = "self_attn.k_norm";
    std::string attention_output = "self_attn.o_proj";
    std::string feed_forward_norm = "post_attention_layernorm";
    std::string gate = "mlp.gate_proj", up = "mlp.up_proj", down = "mlp.down_proj";
    std::string final_norm = "model.norm";
    std::string head = "lm_head.weight";
};

/// Everything about a causal language model but its tensors: what its config.json says, and what its architecture
/// implies.
struct language_model_config {
    std::string architecture = {};  ///< model_type
    std::size_t vocabulary = 0;     ///< tokens
    std::size_t width = 0;          ///< of the residual stream
    std::size_t feed_forward = 0;   ///< width between a feed-forward's maps
    std::size_t layers = 0;
    std::size_t heads = 0;
    std::size_t key_value_heads = 0;  ///< divides heads
    std::size_t head_dim = 0;
    std::size_t context = 0;  ///< tokens, which one forward pass takes at most
    rotary_settings rotary = {};

    bouillon::normalization normalization = bouillon::normalization::rms;
    double norm_epsilon = 0;
    bouillon::activation activation = bouillon::activation::gated_silu;
    bool query_key_value_bias = false, attention_output_bias = false, feed_forward_bias = false;
    bool head_norms = false;         ///< queries and keys are normalised head by head before they are turned
    bool parallel_residual = false;  ///< attention and feed-forward read the same residual
    bool tied_head = false;          ///< the output head is the embedding table, unless it is stored
    tensor_names names = {};
};

}  // namespace bouillon
