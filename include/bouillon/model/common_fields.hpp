// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/model/config_reader.hpp>
#include <bouillon/model/language_model_config.hpp>
#include <bouillon/model/rotary.hpp>

#include <cstddef>
#include <functional>
#include <set>
#include <string>

/// What the config.json of every architecture has alike.
namespace bouillon::detail {

inline void read_rotary_scaling(const config_reader& scaling, rotary_settings& rotary) {
    const bool older = scaling.has("type");
    const std::string kind = scaling.has("rope_type") || !older ? "rope_type" : "type";
    const std::string name = scaling.has(kind) ? scaling.text(kind) : "default";
    if (name == "default") return;
    if (name != "linear" && name != "llama3")
        scaling.refuse(kind, R"(supported so far: "default", "linear", "llama3")");
    rotary.factor = scaling.number("factor");
    if (name == "linear") return;
    rotary.low_factor = scaling.number("low_freq_factor");
    rotary.high_factor = scaling.number("high_freq_factor");
    rotary.original_context = scaling.number("original_max_position_embeddings");
    if (rotary.high_factor <= rotary.low_factor)
        scaling.refuse("high_freq_factor", "it must be above 'low_freq_factor'");
}

/// transformers 5 keeps all in "rope_parameters"; before, base and share stood beside the sizes and the rest in
/// "rope_scaling", which counts alone where a file has both.
/// @param config the file
/// @param head_dim elements
/// @param theta_field the base's older name
/// @param share_field the share's older name
/// @param share how much of a head is turned unless the file says otherwise
inline rotary_settings read_rotary(const config_reader& config, std::size_t head_dim, const char* theta_field,
                                   const char* share_field, double share) {
    const bool before = config.has("rope_scaling") && !config["rope_scaling"].empty();
    const config_reader now = config.object("rope_parameters");
    const config_reader settings = before ? config.object("rope_scaling") : now;
    rotary_settings rotary;
    rotary.theta = settings.number_or("rope_theta", config.number_or(theta_field, 10000));
    share = settings.number_or("partial_rotary_factor", config.number_or(share_field, share));
    rotary.dims = static_cast<std::size_t>(static_cast<double>(head_dim) * share);
    read_rotary_scaling(settings, rotary);
    settings.refuse_unread({});
    if (rotary.dims == 0 || rotary.dims % 2 != 0 || rotary.dims > head_dim)
        throw input_error(config.origin() + ": " + to_string(rotary.dims) + " of a head's " + to_string(head_dim) +
                          " dimensions cannot be rotated: an even number is needed");
    return rotary;
}

/// Fields of a config.json that change no loss: what concerns training, generation, caches and where a file came from.
inline const std::set<std::string, std::less<>>& harmless_config_fields() {
    static const std::set<std::string, std::less<>> fields = {"_attn_implementation_autoset",
                                                              "_from_model_config",
                                                              "_name_or_path",
                                                              "architectures",
                                                              "attention_dropout",
                                                              "attn_implementation",
                                                              "auto_map",
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
                                                              "model_max_length",
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
                                                              "pretraining_tp",
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
                                                              "use_cache",
                                                              "z_loss_weight"};
    return fields;
}

/// What every architecture's file must not have, or has in the same way.
/// @throws input_error
inline void finish_config(const config_reader& config, language_model_config& result) {
    config.require("quantization_config", nullptr);
    config.require("add_cross_attention", false);
    config.require("pruned_heads", nlohmann::json::object());
    config.require("rope_interleaved", false);
    result.tied_head = config.flag_or("tie_word_embeddings", result.tied_head);
    if (result.heads % result.key_value_heads != 0)
        throw input_error(config.origin() + ": 'num_attention_heads' " + to_string(result.heads) +
                          " is no multiple of 'num_key_value_heads' " + to_string(result.key_value_heads));
    config.refuse_unread(harmless_config_fields());
}

}  // namespace bouillon::detail
