// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_fields.hpp>
#include <bouillon/config/rotary_meaning.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// The fields that change a model's arithmetic and stand for themselves; those of rotary positions are others.
inline constexpr auto arithmetic_fields = std::to_array<std::string_view>(
    {"model_type", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
     "num_key_value_heads", "head_dim", "vocab_size", "tie_word_embeddings", "hidden_act",
     // norms
     "rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon", "norm_eps", "norm_epsilon", "use_parallel_residual",
     "apply_residual_connection_post_layernorm", "do_layer_norm_before", "_remove_final_layer_norm",
     "layer_norm_elementwise_affine", "num_ln_in_parallel_attn", "qk_layernorm", "use_qk_norm",
     // biases
     "attention_bias", "attention_out_bias", "mlp_bias", "qkv_bias", "use_qkv_bias", "use_bias", "use_conv_bias",
     "bias", "enable_bias", "no_bias",
     // attention
     "clip_qkv", "layer_types", "no_rope_layers", "sliding_window", "window_size", "attention_chunk_size", "alibi",
     "multi_query", "new_decoder_architecture", "parallel_attn", "query_pre_attn_scalar", "attn_logit_softcapping",
     "use_bidirectional_attention", "scale_attn_weights", "scale_attn_by_inverse_layer_idx", "q_lora_rank",
     "kv_lora_rank", "qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim", "rope_interleave", "rope_interleaved",
     "rotary_dim", "position_embedding_type",
     // multipliers
     "final_logit_softcapping", "embedding_multiplier", "residual_multiplier", "attention_multiplier", "logits_scaling",
     "logit_scale", "lm_head_multiplier", "mlp_multipliers", "key_multiplier", "attention_in_multiplier",
     "attention_out_multiplier", "ssm_multipliers", "ssm_in_multiplier", "ssm_out_multiplier", "scale_emb",
     "scale_depth", "dim_model_base", "mup_width_scale", "mup_embeddings_scale", "mup_output_alpha",
     "mup_scale_qk_dot_by_d",
     // experts
     "num_experts", "num_experts_per_tok", "norm_topk_prob", "routed_scaling_factor", "scoring_func", "topk_method",
     "n_group", "topk_group", "n_shared_experts", "first_k_dense_replace", "moe_layer_freq", "decoder_sparse_step",
     "mlp_only_layers", "moe_intermediate_size", "shared_expert_intermediate_size", "shared_intermediate_size",
     "swiglu_alpha", "swiglu_limit",
     // state spaces
     "state_size", "conv_kernel", "expand", "num_heads", "n_groups", "time_step_limit", "rescale_every",
     "attention_hidden_size", "mamba_d_ssm", "mamba_n_heads", "mamba_d_head", "mamba_n_groups", "mamba_d_state",
     "mamba_d_conv", "mamba_expand", "mamba_rms_norm", "mamba_norm_before_gate", "mamba_proj_bias", "mamba_conv_bias",
     "attn_layer_indices", "attn_layer_period", "attn_layer_offset", "expert_layer_period", "expert_layer_offset",
     "linear_allow_neg_eigval", "linear_conv_kernel_dim"});

/// A derived setting: as the file has it, or as it follows from others where the file and its class do not.
inline void derive(config_meaning& meaning, const std::string& field, const std::optional<double>& value) {
    auto& setting = meaning[field];
    if (!setting.value.is_null() || !value) return;
    setting = {*value, setting.field.empty() ? field : setting.field, true};
}

/// Key heads of Falcon, whose older forms do not read their number.
inline void derive_falcon_heads(config_meaning& meaning, const config_fields& fields) {
    const auto is = [&](const char* field) {
        const auto said = fields.find_or_default(field);
        return said && said->value == true;
    };
    const auto heads = fields.number("num_attention_heads");
    if (is("new_decoder_architecture") || !heads) return;
    meaning["num_key_value_heads"] = {
        is("multi_query") ? 1.0 : *heads, "num_key_value_heads", true, {"num_kv_heads", "num_key_value_heads"}};
}

/// Sizes that follow from others.
inline void derive_sizes(config_meaning& meaning, const config_fields& fields) {
    const auto heads = fields.number("num_attention_heads"), width = fields.number("hidden_size");
    if (fields.is_one_of("falcon")) derive_falcon_heads(meaning, fields);
    derive(meaning, "num_key_value_heads", heads);
    if (fields.is_one_of("deepseek_v2 deepseek_v3 minicpm3 bailing_hybrid"))
        meaning.erase("head_dim");  // it is qk_rope_head_dim, which some versions write under both names
    else if (heads && width && *heads > 0)
        derive(meaning, "head_dim", *width / *heads);
    if (width && fields.is_one_of("gpt2 gptj gpt_neo falcon bloom")) derive(meaning, "intermediate_size", 4 * *width);
}

constexpr std::size_t most_layers = 10'000;  // so that no file makes lists of any length

/// How often a layer attends to all tokens, or 0: one of so many.
inline std::size_t sliding_pattern(const config_fields& fields) {
    if (!fields.is_one_of("gemma2 gpt_oss olmo3"))
        return static_cast<std::size_t>(
            std::clamp(fields.number("sliding_window_pattern").value_or(0), 0.0, double{most_layers}));
    const auto of_class = default_of(fields.model_type(), "sliding_window_pattern");  // which do not read a file's
    return of_class && of_class->is_number_unsigned() ? of_class->get<std::size_t>() : 0;
}

/// Whether layer `i` attends to a window, by the rules of the classes that have any.
inline bool slides(const config_fields& fields, std::size_t i) {
    if (fields.is_one_of("qwen2 qwen2_moe qwen3"))
        return static_cast<double>(i) >= fields.number("max_window_layers").value_or(0);
    const std::size_t pattern = sliding_pattern(fields);
    return pattern != 0 && (i + 1) % pattern != 0;
}

/// The layers that have rotary positions.
inline void derive_rotated_layers(config_meaning& meaning, const config_fields& fields, std::size_t layers) {
    auto& rotated = meaning["no_rope_layers"];
    rotated.sources = {"no_rope_layer_interval"};
    const auto interval = fields.number("no_rope_layer_interval");
    if (!rotated.value.is_null() || !interval || *interval < 1 || !fields.is_one_of("smollm3")) return;
    rotated = {nlohmann::json::array(), "no_rope_layers", true, std::move(rotated.sources)};
    const auto every = static_cast<std::size_t>(std::min(*interval, double{most_layers}));
    for (std::size_t i = 0; i < layers; ++i) rotated.value.push_back((i + 1) % every == 0 ? 0 : 1);
}

/// The fields that tell which layers attend to a window where a file does not list them.
inline std::vector<std::string> sources_of_layer_types(const config_fields& fields) {
    if (fields.is_one_of("qwen2 qwen2_moe qwen3")) return {"use_sliding_window", "max_window_layers"};
    if (fields.is_one_of("cohere2 exaone4 gemma3_text")) return {"sliding_window_pattern", "_sliding_window_pattern"};
    if (fields.is_one_of("smollm3")) return {"use_sliding_window", "no_rope_layer_interval", "no_rope_layers"};
    return {};
}

/// Whether a field tells if windows are used: in the classes that have it, and where a class is not known.
inline bool switches_windows(const config_fields& fields) {
    return fields.is_one_of("qwen2 qwen2_moe qwen3 qwen3_moe smollm3") ||
           !default_of(fields.model_type(), "sliding_window");
}

/// The layers that attend to a window, of which nothing is left where there are none.
inline void derive_windows(config_meaning& meaning, const config_fields& fields, std::size_t layers) {
    auto& window = meaning["sliding_window"];
    const auto used = switches_windows(fields) ? fields.find_or_default("use_sliding_window") : std::nullopt;
    if (used) window.sources = {"use_sliding_window"};
    auto& kinds = meaning["layer_types"];
    const bool listed = fields.is_one_of("smollm3") && kinds.value.is_array();  // which counts before the switch
    if ((used && used->value == false && !listed) || window.value == 0) window.value = nullptr;
    kinds.sources = sources_of_layer_types(fields);
    if (kinds.value.is_array()) {
        for (auto& kind : kinds.value) {  // older names
            if (kind == "attention") kind = "full_attention";
            if (kind == "mamba") kind = "linear_attention";
        }
    } else if (kinds.value.is_null() && !fields.is_one_of("qwen3_moe") && (sliding_pattern(fields) != 0 || used)) {
        kinds = {nlohmann::json::array(), "layer_types", true, std::move(kinds.sources)};
        const auto& rotated = meaning["no_rope_layers"].value;
        for (std::size_t i = 0; i < layers; ++i) {
            const bool may_slide = fields.is_one_of("smollm3")
                                       ? rotated.is_array() && i < rotated.size() && rotated[i] == 0
                                       : slides(fields, i);
            kinds.value.push_back(!window.value.is_null() && may_slide ? "sliding_attention" : "full_attention");
        }
    }
    if (kinds.value.is_array() && !fields.is_one_of("exaone4") &&  // in which a window says what layers are turned
        std::find(kinds.value.begin(), kinds.value.end(), "sliding_attention") == kinds.value.end())
        window.value = nullptr;
}

/// One name for each activation function.
inline nlohmann::json named_activation(nlohmann::json function, const config_fields& fields) {
    if (function == "swish") return "silu";
    for (const char* const name : {"gelu_new", "gelu_fast", "gelu_accurate", "gelu_python_tanh"})
        if (function == name) return "gelu_pytorch_tanh";
    if (function == "gelu_python") function = "gelu";
    if (function == "gelu" && fields.is_one_of("gemma")) return "gelu_pytorch_tanh";  // as its class has it
    return function;
}

/// What a config.json means: its defaults filled in, and one name for each setting whichever version of transformers
/// wrote it.
///
/// Source: the configuration classes of Hugging Face transformers 4 and 5.
inline config_meaning meaning_of(const nlohmann::json& config) {
    const config_fields fields(config);
    config_meaning meaning;
    for (const std::string_view field : arithmetic_fields)
        if (auto said = fields.find_or_default(field)) meaning[std::string(field)] = std::move(*said);
    derive_sizes(meaning, fields);
    const auto layers = std::clamp(fields.number("num_hidden_layers").value_or(0), 0.0, double{most_layers});
    derive_rotated_layers(meaning, fields, static_cast<std::size_t>(layers));
    derive_windows(meaning, fields, static_cast<std::size_t>(layers));
    meaning["hidden_act"].value = named_activation(std::move(meaning["hidden_act"].value), fields);
    add_rotary_meaning(meaning, fields);
    std::erase_if(meaning, [](const auto& setting) { return setting.second.field.empty(); });  // nothing said
    if (const auto text = config.find("text_config"); text != config.end() && text->is_object())
        for (auto& [setting, value] : meaning_of(*text)) {
            value.field.insert(0, "text_config.");
            meaning["text_config." + setting] = std::move(value);
        }
    return meaning;
}

}  // namespace bouillon::detail
