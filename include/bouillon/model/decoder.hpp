// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/model/rotary.hpp>
#include <bouillon/tensor/activation.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// What a causal language model is: a plain description that one forward pass reads (causal_language_model.hpp) and
/// that a file a family makes of a config.json (families/).
namespace bouillon {

/// How activations are normalised.
struct norm_settings {
    /// Divided by the root mean square, or by the deviation after the mean is taken away.
    enum class function { rms, layer };

    function kind = function::rms;  ///< which of them
    double epsilon = 0;             ///< added to the mean square, or the variance
    bool weighted = true;           ///< there is a weight for each dimension
    double offset = 0;              ///< added to the stored weight: 1 where a family stores what is left of 1
    bool biased = false;            ///< of a layer normalisation

    friend bool operator==(const norm_settings&, const norm_settings&) = default;
};

/// Where the normalisations of one half of a layer stand: of its attention, or its feed-forward.
struct norm_places {
    bool input = true;    ///< of what the half reads
    bool output = false;  ///< of what it adds to the residual
    bool sum = false;     ///< of the residual after that

    friend bool operator==(const norm_places&, const norm_places&) = default;
};

/// How queries and keys are normalised, before or after they are turned.
struct query_key_norm {
    /// What is normalised together.
    enum class extent {
        none,
        head,       ///< head by head, all with the same weights (head_dim)
        each_head,  ///< head by head, each with weights of its own (heads, head_dim)
        whole       ///< all heads together (heads * head_dim)
    };

    extent over = extent::none;   ///< what is normalised together
    norm_settings norm = {};      ///< of queries and keys
    bool after_rotation = false;  ///< of what is turned already

    friend bool operator==(const query_key_norm&, const query_key_norm&) = default;
};

/// How a file stores the maps of queries, keys and values.
enum class query_key_value_layout {
    separate,
    blocks,  ///< one map: all queries, all keys, all values
    groups   ///< one map: for each key head its queries, its key and its value
};

/// How a file stores the maps of a gate and of what it gates.
enum class gate_layout {
    separate,
    blocks,      ///< one map: all gates, then all that they gate
    interleaved  ///< one map: a gate and what it gates by turns
};

/// Multi-head latent attention: queries, and keys with values, are made of a narrow latent vector each.
///
/// Keys and queries have `turned` dimensions that are turned, the keys' shared by all heads, and head_dim - turned
/// others. Reference: DeepSeek-AI (2024), arXiv 2405.04434.
struct latent_attention {
    std::size_t query_rank = 0;      ///< of the queries' latent vector; 0: one map makes the queries
    std::size_t key_value_rank = 0;  ///< of the keys' and values'; 0: attention is not of this kind
    std::size_t turned = 0;          ///< dimensions of a head
    double norm_epsilon = 1e-6;      ///< of the latent vectors' RMS normalisation

    friend bool operator==(const latent_attention&, const latent_attention&) = default;
};

/// What is added to attention's scores for how far back a key is. Reference: Press et al. (2021), arXiv 2108.12409.
enum class position_bias { none, alibi, rounded_alibi /**< to BF16, and divided by sqrt(head_dim), as in Falcon */ };

/// A feed-forward of many narrow ones, of which each token takes a few.
struct expert_settings {
    /// What a token's logits become before the largest are chosen.
    enum class scores {
        softmax,
        chosen_softmax,  ///< softmax, but over the chosen ones alone
        sigmoid
    };
    /// What a group of experts is chosen by.
    enum class group_score { largest, two_largest };

    std::size_t count = 0;                ///< 0: there are none
    std::size_t chosen = 0;               ///< a token
    std::size_t feed_forward = 0;         ///< width between an expert's maps
    std::size_t shared_feed_forward = 0;  ///< the same of what every token takes beside them; 0: nothing
    scores score = scores::softmax;       ///< of a token's logits
    bool renormalised = false;            ///< the scores of a token's experts are divided by their sum
    double factor = 1;                    ///< of all scores
    bool correction = false;              ///< a stored number an expert is added to the scores, for the choice alone
    std::size_t groups = 1, chosen_groups = 1;    ///< experts are chosen out of the best groups of neighbours
    group_score group_by = group_score::largest;  ///< of groups
    bool router_biased = false, biased = false;   ///< whether the router, and an expert's maps, have biases
    gate_layout gates = gate_layout::separate;    ///< of an expert's maps
    bool stacked = false;  ///< a file has each map of all experts as one tensor (count, inputs, outputs)

    friend bool operator==(const expert_settings&, const expert_settings&) = default;
};

/// One layer, where layers differ.
struct decoder_layer {
    std::optional<std::size_t> rotary = 0;  ///< which of the decoder's turns queries and keys; nothing: none does
    std::size_t reach = 0;                  ///< tokens that a query sees, its own included; 0: all
    double attention_scale = 0;             ///< of a query times a key
    bool experts = false;                   ///< in place of the one feed-forward

    friend bool operator==(const decoder_layer&, const decoder_layer&) = default;
};

/// The names that a family gives its tensors, with the endings .weight and .bias left out; those of a layer follow
/// `layers` and the layer's number.
struct tensor_names {
    std::string embedding = "model.embed_tokens";                                      ///< the table of tokens
    std::string positions = {};                                                        ///< learned ones
    std::string embedding_norm = {}, embedding_projection = {}, head_projection = {};  ///< around the layers
    std::string final_norm = "model.norm", head = "lm_head";                           ///< behind the layers

    std::string layers = "model.layers.";                ///< of a layer's tensors, before its number
    std::string older_prefix = {};                       ///< of all names but the head's, which older files leave out
    std::string attention_norm = "input_layernorm";      ///< of what attention reads
    std::string attention_output_norm = {};              ///< of what it adds
    std::string attention_sum_norm = {};                 ///< of the residual after that
    std::string query = "self_attn.q_proj";              ///< where the three maps are separate
    std::string key = "self_attn.k_proj";                ///< beside it
    std::string value = "self_attn.v_proj";              ///< beside it
    std::string query_key_value = "self_attn.qkv_proj";  ///< the one map, where they are fused
    std::string query_norm = "self_attn.q_norm", key_norm = "self_attn.k_norm";  ///< with a dot at the end: there is
                                                                                 ///< one a head, its number behind it
    std::string query_down = "self_attn.q_a_proj";                               ///< to the queries' latent vector
    std::string query_down_norm = "self_attn.q_a_layernorm";                     ///< of that
    std::string query_up = "self_attn.q_b_proj";                                 ///< from it
    std::string key_value_down = "self_attn.kv_a_proj_with_mqa";   ///< to the keys' and values' latent vector
    std::string key_value_down_norm = "self_attn.kv_a_layernorm";  ///< of that
    std::string key_value_up = "self_attn.kv_b_proj";              ///< from it
    std::string sinks = "self_attn.sinks";                         ///< without an ending
    std::string attention_output = "self_attn.o_proj";             ///< its last map

    std::string feed_forward_norm = "post_attention_layernorm";    ///< of what the feed-forward reads
    std::string feed_forward_output_norm = {};                     ///< of what it adds
    std::string feed_forward_sum_norm = {};                        ///< of the residual after that
    std::string gate = "mlp.gate_proj", up = "mlp.up_proj";        ///< where the two maps are separate
    std::string gate_up = "mlp.gate_up_proj";                      ///< where they are one
    std::string down = "mlp.down_proj";                            ///< the last map
    std::string activation = "mlp.act_fn.";                        ///< before alpha_p and its like
    std::string router = "mlp.gate";                               ///< of experts
    std::string correction = "mlp.gate.e_score_correction_bias";   ///< without an ending
    std::string experts = "mlp.experts.";                          ///< before an expert's number
    std::string expert_gate = "gate_proj", expert_up = "up_proj";  ///< where an expert's two maps are separate
    std::string expert_gate_up = "gate_up_proj";                   ///< where they are one
    std::string expert_down = "down_proj";                         ///< the last map
    std::string shared_expert = "mlp.shared_experts.";             ///< before the shared expert's maps

    friend bool operator==(const tensor_names&, const tensor_names&) = default;
};

/// The most tokens of a window unless another number is asked for: what a model can take may be far more.
inline constexpr std::size_t default_window = 4096;

/// Everything about a causal language model but its tensors: what its config.json says, and what its family implies.
struct decoder {
    std::string architecture = {};           ///< model_type
    std::size_t vocabulary = 0;              ///< tokens
    std::size_t width = 0;                   ///< of the residual stream
    std::size_t heads = 0;                   ///< of queries
    std::size_t key_value_heads = 0;         ///< divides heads
    std::size_t head_dim = 0;                ///< of queries and keys
    std::size_t value_dim = 0;               ///< of values
    std::size_t feed_forward = 0;            ///< width between a feed-forward's maps, where there is one
    std::size_t context = 0;                 ///< tokens, which one forward pass takes at most
    std::vector<decoder_layer> layers = {};  ///< in order

    // From tokens to the first layer, and from the last one to logits.
    std::size_t embedding_width = 0;        ///< where it is not the residual's: then maps lead to it and back; else 0
    double embedding_scale = 1;             ///< of the embedding's rows
    bool embedding_normalised = false;      ///< the embedding's rows are normalised
    bool learned_positions = false;         ///< a row of a table is added for each position
    std::size_t first_position = 0;         ///< row of the table of positions that a window's first token takes
    std::size_t position_rows = 0;          ///< of that table
    bool tied_head = false;                 ///< the head is the embedding table, unless it is stored
    bool head_biased = false;               ///< there is a bias for each logit
    bool head_rows_normalised = false;      ///< each row of the head is divided by its length
    double logit_scale = 1, logit_cap = 0;  ///< logit = cap tanh(scale logit / cap); cap 0: none

    // Normalisations and the residual.
    norm_settings norm = {};                                    ///< of the layers and behind them
    norm_places attention_norms = {}, feed_forward_norms = {};  ///< where they stand in each half
    bool final_norm = true;                                     ///< there is one behind the last layer
    bool residual_normed = false;    ///< what a half reads, its normed input, is also what it adds to
    bool parallel_residual = false;  ///< attention and feed-forward read the same residual; where the feed-forward
                                     ///< has no norm of its input, what attention reads is its input too
    double residual_scale = 1;       ///< of what attention and feed-forward add to it

    // Attention.
    std::vector<rotary_settings> rotaries = {};  ///< by which layers turn queries and keys
    bool interleaved_rotary = false;             ///< turned pairs are neighbours in the file, not half a head apart
    position_bias bias_by_position = position_bias::none;                       ///< of attention's scores
    latent_attention latent = {};                                               ///< where attention is of this kind
    query_key_norm query_key = {};                                              ///< how queries and keys are normalised
    query_key_value_layout query_key_value = query_key_value_layout::separate;  ///< in the file
    bool query_key_value_biased = false, attention_output_biased = false;       ///< maps with biases
    double query_key_value_limit = 0;  ///< to which they are clamped; 0: they are not
    double attention_cap = 0;          ///< score = cap tanh(score / cap); 0: none
    bool sinks = false;                ///< each head has a learned score that its softmax takes in and drops

    // Feed-forward.
    activation_function activation = {};        ///< of the feed-forward
    bool gated = true;                          ///< there is a map of gates
    gate_layout gates = gate_layout::separate;  ///< in the file
    bool feed_forward_biased = false;           ///< its maps have biases
    expert_settings experts = {};               ///< where there are any

    bool transposed_maps = false;      ///< the maps of layers are stored (inputs, outputs)
    bool later_layers_unused = false;  ///< a file may hold layers behind the last, which only training uses
    tensor_names names = {};           ///< of the tensors

    /// Of the embedding's rows.
    std::size_t embedded_width() const { return embedding_width > 0 ? embedding_width : width; }
    /// Of queries, keys and values, all heads together.
    std::size_t query_width() const { return heads * head_dim; }
    /// Of keys, all heads together.
    std::size_t key_width() const { return key_value_heads * head_dim; }
    /// Of values, all heads together.
    std::size_t value_width() const { return key_value_heads * value_dim; }
    /// Of the widest feed-forward, experts among them.
    std::size_t widest_feed_forward() const {
        return std::max({feed_forward, experts.feed_forward, experts.shared_feed_forward});
    }
    /// Whether what attention or feed-forward adds to the residual is made apart from it.
    bool has_branch() const {
        return residual_scale != 1 || attention_norms.output || feed_forward_norms.output || embedding_width > 0;
    }

    friend bool operator==(const decoder&, const decoder&) = default;
};

}  // namespace bouillon
