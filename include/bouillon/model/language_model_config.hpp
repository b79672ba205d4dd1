// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>
#include <bouillon/model/rotary.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

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
    bool tied_head = false;          ///< the output head is the embedding table
    tensor_names names = {};
};

namespace detail {

/// Fields of a config.json that change no loss: what concerns training, generation, caches and where a file came from.
inline const std::set<std::string, std::less<>>& harmless_config_fields() {
    static const std::set<std::string, std::less<>> fields = {"_attn_implementation_autoset",
                                                              "_name_or_path",
                                                              "architectures",
                                                              "attention_dropout",
                                                              "attn_implementation",
                                                              "bad_words_ids",
                                                              "begin_suppress_tokens",
                                                              "bos_token_id",
                                                              "chunk_size_feed_forward",
                                                              "classifier_dropout",
                                                              "decoder_start_token_id",
                                                              "diversity_penalty",
                                                              "do_sample",
                                                              "dtype",
                                                              "early_stopping",
                                                              "encoder_no_repeat_ngram_size",
                                                              "eos_token_id",
                                                              "exponential_decay_length_penalty",
                                                              "finetuning_task",
                                                              "forced_bos_token_id",
                                                              "forced_eos_token_id",
                                                              "hidden_dropout",
                                                              "id2label",
                                                              "initializer_range",
                                                              "is_decoder",
                                                              "is_encoder_decoder",
                                                              "label2id",
                                                              "length_penalty",
                                                              "max_length",
                                                              "max_window_layers",
                                                              "min_length",
                                                              "model_type",
                                                              "no_repeat_ngram_size",
                                                              "num_beam_groups",
                                                              "num_beams",
                                                              "num_return_sequences",
                                                              "output_attentions",
                                                              "output_hidden_states",
                                                              "output_scores",
                                                              "pad_token_id",
                                                              "prefix",
                                                              "problem_type",
                                                              "remove_invalid_values",
                                                              "repetition_penalty",
                                                              "return_dict",
                                                              "return_dict_in_generate",
                                                              "sep_token_id",
                                                              "suppress_tokens",
                                                              "task_specific_params",
                                                              "temperature",
                                                              "tf_legacy_loss",
                                                              "tie_encoder_decoder",
                                                              "tokenizer_class",
                                                              "top_k",
                                                              "top_p",
                                                              "torch_dtype",
                                                              "torchscript",
                                                              "transformers_version",
                                                              "typical_p",
                                                              "unsloth_version",
                                                              "use_bfloat16",
                                                              "use_cache"};
    return fields;
}

/// What every architecture's file must not have, or has in the same way.
/// @throws input_error
inline void finish_config(const config_reader& config, language_model_config& result) {
    config.require("quantization_config", nullptr);
    config.require("add_cross_attention", false);
    config.require("pruned_heads", nlohmann::json::object());
    result.tied_head = config.flag_or("tie_word_embeddings", result.tied_head);
    if (result.heads % result.key_value_heads != 0)
        throw input_error(config.origin() + ": 'num_attention_heads' " + to_string(result.heads) +
                          " is no multiple of 'num_key_value_heads' " + to_string(result.key_value_heads));
    config.refuse_unread(harmless_config_fields());
}

}  // namespace detail
}  // namespace bouillon
