// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace bouillon::detail {

/// What a field of config.json is taken to be by models of these types where the file does not have it.
struct config_default {
    std::string_view field, value, model_types;  // the value as JSON, the types with a space between
};

/// Source: the configuration classes of Hugging Face transformers 5.24. Fields that are told by others, such as
/// num_key_value_heads by num_attention_heads, are here only where a class has a number of its own.
inline constexpr auto config_defaults = std::to_array<config_default>(
    {{"_remove_final_layer_norm", "false", "opt"},
     {"alibi", "false", "falcon"},
     {"apply_residual_connection_post_layernorm", "false", "bloom"},
     {"attention_bias", "false",
      "apertus arcee bailing_hybrid bamba cohere cohere2 deepseek_v2 deepseek_v3 falcon_h1 "
      "gemma gemma2 gemma3_text glm4_moe granite granitemoe granitemoehybrid helium "
      "hunyuan_v1_dense llama minicpm3 nemotron olmo olmo2 olmo3 olmo_hybrid olmoe qwen3 "
      "qwen3_moe smollm3"},
     {"attention_bias", "true", "glm glm4 gpt_neox gpt_oss seed_oss"},
     {"attention_in_multiplier", "1.0", "falcon_h1"},
     {"attention_multiplier", "1.0", "granite granitemoe granitemoehybrid"},
     {"attention_out_bias", "false", "seed_oss"},
     {"attention_out_multiplier", "1.0", "falcon_h1"},
     {"attn_logit_softcapping", "50.0", "gemma2"},
     {"attn_logit_softcapping", "null", "gemma3_text"},
     {"bias", "false", "falcon"},
     {"clip_qkv", "null", "olmo olmoe"},
     {"decoder_sparse_step", "1", "qwen2_moe qwen3_moe"},
     {"dim_model_base", "256", "minicpm3"},
     {"do_layer_norm_before", "true", "opt"},
     {"embedding_multiplier", "1.0", "falcon_h1 granite granitemoe granitemoehybrid"},
     {"enable_bias", "true", "opt"},
     {"final_logit_softcapping", "30.0", "gemma2"},
     {"final_logit_softcapping", "null", "gemma3_text"},
     {"first_k_dense_replace", "0", "deepseek_v2"},
     {"first_k_dense_replace", "1", "glm4_moe"},
     {"first_k_dense_replace", "2", "bailing_hybrid"},
     {"first_k_dense_replace", "3", "deepseek_v3"},
     {"head_dim", "128", "ernie4_5 glm glm4 helium qwen3 seed_oss"},
     {"head_dim", "256", "gemma gemma2 gemma3_text"},
     {"head_dim", "64", "gpt_oss"},
     {"hidden_act", R"("gelu")", "falcon gpt_neox zamba2"},
     {"hidden_act", R"("gelu_pytorch_tanh")", "gemma gemma2 gemma3_text gpt2 gpt_neo gptj phi starcoder2"},
     {"hidden_act", R"("relu")", "opt"},
     {"hidden_act", R"("relu2")", "arcee nemotron persimmon"},
     {"hidden_act", R"("silu")",
      "baichuan bailing_hybrid bamba cohere cohere2 deepseek_v2 deepseek_v3 ernie4_5 exaone4 "
      "falcon_h1 glm glm4 glm4_moe gpt_oss granite granitemoe granitemoehybrid helium "
      "hunyuan_v1_dense jamba llama mamba mamba2 minicpm3 mistral mixtral olmo olmo2 olmo3 "
      "olmo_hybrid olmoe phi3 qwen2 qwen2_moe qwen3 qwen3_moe seed_oss smollm3 stablelm"},
     {"hidden_act", R"("xielu")", "apertus"},
     {"key_multiplier", "1.0", "falcon_h1"},
     {"kv_lora_rank", "512", "deepseek_v2 deepseek_v3"},
     {"layer_norm_elementwise_affine", "true", "opt"},
     {"layer_norm_eps", "1e-05", "cohere cohere2 gpt_neox persimmon phi stablelm"},
     {"layer_norm_epsilon", "1e-05", "bloom falcon gpt2 gpt_neo gptj mamba mamba2 mpt rwkv"},
     {"lm_head_multiplier", "1.0", "falcon_h1"},
     {"logit_scale", "0.0625", "cohere cohere2"},
     {"logit_scale", "null", "mpt"},
     {"logits_scaling", "1.0", "granite granitemoe granitemoehybrid"},
     {"mamba_conv_bias", "true", "bamba falcon_h1 granitemoehybrid jamba"},
     {"mamba_norm_before_gate", "true", "falcon_h1"},
     {"mamba_proj_bias", "false", "bamba falcon_h1 granitemoehybrid jamba"},
     {"mamba_rms_norm", "false", "falcon_h1"},
     {"max_position_embeddings", "1024", "gpt2"},
     {"max_position_embeddings", "131072", "ernie4_5 gemma3_text glm4 gpt_oss mistral mixtral"},
     {"max_position_embeddings", "2048",
      "bloom deepseek_v2 exaone4 falcon gpt_neox granite hunyuan_v1_dense llama olmo olmo2 "
      "olmo3 opt phi"},
     {"max_position_embeddings", "32768", "qwen2 qwen3 qwen3_moe smollm3"},
     {"max_position_embeddings", "4096", "arcee baichuan deepseek_v3 helium nemotron olmoe phi3 stablelm starcoder2"},
     {"max_position_embeddings", "524288", "seed_oss"},
     {"max_position_embeddings", "65536", "apertus"},
     {"max_position_embeddings", "8192", "cohere cohere2 gemma gemma2"},
     {"max_window_layers", "28", "qwen2 qwen2_moe qwen3"},
     {"mlp_bias", "false",
      "arcee bamba deepseek_v2 falcon_h1 granite helium llama minicpm3 nemotron seed_oss "
      "smollm3"},
     {"mlp_multipliers", "[1.0,1.0]", "falcon_h1"},
     {"mlp_only_layers", "[]", "qwen2_moe qwen3_moe"},
     {"moe_intermediate_size", "1407", "deepseek_v2"},
     {"moe_intermediate_size", "2048", "deepseek_v3"},
     {"moe_intermediate_size", "768", "qwen3_moe"},
     {"multi_query", "true", "falcon"},
     {"n_group", "1", "glm4_moe"},
     {"n_group", "8", "deepseek_v3"},
     {"n_group", "null", "deepseek_v2"},
     {"n_shared_experts", "1", "deepseek_v3"},
     {"n_shared_experts", "2", "deepseek_v2"},
     {"new_decoder_architecture", "false", "falcon"},
     {"no_bias", "true", "mpt"},
     {"no_rope_layer_interval", "4", "smollm3"},
     {"norm_eps", "1e-05", "lfm2 nemotron"},
     {"norm_epsilon", "1e-05", "starcoder2"},
     {"norm_topk_prob", "false", "deepseek_v2 olmoe qwen2_moe qwen3_moe"},
     {"norm_topk_prob", "true", "deepseek_v3 glm4_moe"},
     {"num_experts", "128", "gpt_oss qwen3_moe"},
     {"num_experts", "256", "deepseek_v3"},
     {"num_experts", "64", "deepseek_v2 olmoe"},
     {"num_experts", "8", "mixtral"},
     {"num_experts_per_tok", "2", "granitemoe granitemoehybrid jamba mixtral"},
     {"num_experts_per_tok", "4", "gpt_oss qwen2_moe"},
     {"num_experts_per_tok", "8", "deepseek_v3 glm4_moe olmoe qwen3_moe"},
     {"num_experts_per_tok", "null", "deepseek_v2"},
     {"num_key_value_heads", "16", "gemma qwen2_moe"},
     {"num_key_value_heads", "2", "ernie4_5 glm glm4 starcoder2"},
     {"num_key_value_heads", "20", "helium"},
     {"num_key_value_heads", "32", "exaone4 qwen2 qwen3 stablelm"},
     {"num_key_value_heads", "4", "gemma2 gemma3_text qwen3_moe smollm3"},
     {"num_key_value_heads", "8", "gpt_oss mistral mixtral seed_oss"},
     {"num_ln_in_parallel_attn", "null", "falcon"},
     {"original_max_position_embeddings", "4096", "phi3"},
     {"parallel_attn", "true", "falcon"},
     {"partial_rotary_factor", "0.25", "gpt_neox stablelm"},
     {"partial_rotary_factor", "0.5", "bamba glm glm4 glm4_moe nemotron persimmon phi"},
     {"partial_rotary_factor", "1.0",
      "apertus arcee bailing_hybrid cohere cohere2 dbrx deepseek_v2 deepseek_v3 "
      "ernie4_5 exaone4 falcon falcon_h1 gemma gemma2 gemma3_text gpt_oss granite granitemoe "
      "granitemoehybrid helium hunyuan_v1_dense lfm2 llama minicpm3 mistral mixtral olmo olmo2 "
      "olmo3 olmo_hybrid olmoe phi3 qwen2 qwen2_moe qwen3 qwen3_moe seed_oss smollm3 "
      "starcoder2 zamba2"},
     {"q_lora_rank", "1536", "deepseek_v2 deepseek_v3"},
     {"qk_layernorm", "false", "phi stablelm"},
     {"qk_layernorm", "true", "persimmon"},
     {"qk_nope_head_dim", "128", "deepseek_v2 deepseek_v3"},
     {"qk_rope_head_dim", "64", "deepseek_v2 deepseek_v3"},
     {"qkv_bias", "true", "qwen2_moe"},
     {"query_pre_attn_scalar", "256", "gemma2 gemma3_text"},
     {"rescale_every", "6", "rwkv"},
     {"residual_multiplier", "1.0", "granite granitemoe granitemoehybrid"},
     {"rms_norm_eps", "1.5625e-07", "glm glm4"},
     {"rms_norm_eps", "1e-05",
      "apertus arcee bamba ernie4_5 exaone4 falcon_h1 glm4_moe gpt_oss hunyuan_v1_dense "
      "minicpm3 mixtral olmo2 olmo3 olmoe phi3 zamba2"},
     {"rms_norm_eps", "1e-06",
      "baichuan bailing_hybrid deepseek_v2 deepseek_v3 gemma gemma2 gemma3_text granite "
      "granitemoe granitemoehybrid jamba llama mistral olmo_hybrid qwen2 qwen2_moe qwen3 "
      "qwen3_moe seed_oss smollm3"},
     {"rms_norm_eps", "1e-08", "helium"},
     {"rope_interleave", "true", "deepseek_v3"},
     {"rope_local_base_freq", "10000.0", "gemma3_text"},
     {"rope_parameters",
      R"({"rope_type":"llama3","factor":8.0,"original_max_position_embeddings":8192,"low_freq_factor":1.0,"high_freq_factor":4.0})",
      "apertus"},
     {"rope_parameters",
      R"({"rope_type":"yarn","factor":32.0,"beta_fast":32.0,"beta_slow":1.0,"truncate":false,"original_max_position_embeddings":4096})",
      "gpt_oss"},
     {"rope_theta", "10000.0",
      "arcee bamba cohere2 dbrx deepseek_v2 deepseek_v3 exaone4 falcon falcon_h1 "
      "gemma gemma2 glm glm4 glm4_moe gpt_neox granite granitemoe granitemoehybrid "
      "hunyuan_v1_dense llama minicpm3 mistral nemotron olmo olmo2 olmo_hybrid olmoe persimmon "
      "phi phi3 qwen2 qwen2_moe qwen3 qwen3_moe seed_oss stablelm starcoder2 zamba2"},
     {"rope_theta", "100000.0", "helium"},
     {"rope_theta", "1000000.0", "gemma3_text lfm2 mixtral"},
     {"rope_theta", "12000000.0", "apertus"},
     {"rope_theta", "150000.0", "gpt_oss"},
     {"rope_theta", "2000000.0", "smollm3"},
     {"rope_theta", "500000.0", "cohere ernie4_5 olmo3"},
     {"rope_theta", "6000000.0", "bailing_hybrid"},
     {"rotary_dim", "64", "gptj"},
     {"routed_scaling_factor", "1.0", "deepseek_v2 glm4_moe"},
     {"routed_scaling_factor", "2.5", "bailing_hybrid deepseek_v3"},
     {"scale_attn_by_inverse_layer_idx", "false", "gpt2"},
     {"scale_attn_weights", "true", "gpt2"},
     {"scale_depth", "1.4", "minicpm3"},
     {"scale_emb", "12", "minicpm3"},
     {"scoring_func", R"("sigmoid")", "deepseek_v3"},
     {"scoring_func", R"("softmax")", "deepseek_v2"},
     {"sliding_window", "128", "gpt_oss"},
     {"sliding_window", "4096", "cohere2 exaone4 gemma2 gemma3_text mistral olmo3 qwen2 qwen2_moe qwen3 qwen3_moe"},
     {"sliding_window", "null", "mixtral phi3 smollm3 starcoder2"},
     {"sliding_window_pattern", "2", "gemma2 gpt_oss"},
     {"sliding_window_pattern", "4", "cohere2 exaone4 olmo3"},
     {"sliding_window_pattern", "6", "gemma3_text"},
     {"ssm_in_multiplier", "1.0", "falcon_h1"},
     {"ssm_multipliers", "[1.0,1.0,1.0,1.0,1.0]", "falcon_h1"},
     {"ssm_out_multiplier", "1.0", "falcon_h1"},
     {"swiglu_alpha", "1.702", "gpt_oss"},
     {"swiglu_limit", "7.0", "gpt_oss"},
     {"tie_word_embeddings", "false",
      "apertus arcee baichuan bailing_hybrid bamba dbrx deepseek_v2 deepseek_v3 exaone4 "
      "falcon_h1 glm glm4 glm4_moe gpt_neox gpt_oss gptj granite granitemoe granitemoehybrid "
      "helium hunyuan_v1_dense jamba llama mamba2 mistral mixtral nemotron olmo olmo2 olmo3 "
      "olmo_hybrid olmoe persimmon phi phi3 qwen2 qwen2_moe qwen3 qwen3_moe rwkv seed_oss "
      "stablelm"},
     {"tie_word_embeddings", "true",
      "bloom cohere cohere2 ernie4_5 falcon gemma gemma2 gemma3_text gpt2 gpt_neo lfm2 mamba "
      "minicpm3 mpt opt smollm3 starcoder2 zamba2"},
     {"time_step_limit", R"([0.0,"Infinity"])", "bamba falcon_h1 granitemoehybrid mamba2"},
     {"topk_group", "1", "glm4_moe"},
     {"topk_group", "4", "bailing_hybrid deepseek_v3"},
     {"topk_group", "null", "deepseek_v2"},
     {"topk_method", R"("greedy")", "deepseek_v2"},
     {"topk_method", R"("noaux_tc")", "deepseek_v3"},
     {"use_bias", "false", "ernie4_5 mamba mamba2"},
     {"use_bias", "true", "starcoder2"},
     {"use_bidirectional_attention", "false", "gemma3_text"},
     {"use_bidirectional_attention", "null", "gemma gemma2"},
     {"use_conv_bias", "true", "mamba mamba2 zamba2"},
     {"use_parallel_residual", "false", "stablelm"},
     {"use_parallel_residual", "true", "gpt_neox"},
     {"use_qk_norm", "false", "cohere glm4_moe"},
     {"use_qkv_bias", "false", "stablelm"},
     {"use_sliding_window", "false", "qwen2 qwen2_moe qwen3 qwen3_moe smollm3"},
     {"v_head_dim", "128", "deepseek_v2 deepseek_v3"},
     {"window_size", "256", "gpt_neo"}});

/// Whether a word is among words with a space between.
inline bool holds_word(std::string_view words, std::string_view word) {
    for (std::size_t at = words.find(word); !word.empty() && at != words.npos; at = words.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        if ((at == 0 || words[at - 1] == ' ') && (end == words.size() || words[end] == ' ')) return true;
    }
    return false;
}

/// The default of a field, or nothing where it is not known.
/// @param model_type config.json's
/// @param field its name
inline std::optional<nlohmann::json> default_of(std::string_view model_type, std::string_view field) {
    const auto row = std::find_if(config_defaults.begin(), config_defaults.end(), [&](const config_default& each) {
        return each.field == field && holds_word(each.model_types, model_type);
    });
    if (row == config_defaults.end()) return std::nullopt;
    return nlohmann::json::parse(row->value);
}

}  // namespace bouillon::detail
