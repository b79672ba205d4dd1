// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

/// DeepSeek 2 and 3: latent attention, and experts behind the first layers, beside one feed-forward that every token
/// takes.
///
/// Reference: DeepSeek-AI (2024), arXiv 2405.04434 and 2412.19437; Hugging Face transformers 5.24,
/// models/{deepseek_v2, deepseek_v3}.
namespace bouillon::detail {

inline void read_latent_attention(const config_reader& config, decoder& result) {
    auto& latent = result.latent;
    if (config.has("q_lora_rank")) latent.query_rank = config.size("q_lora_rank");
    latent.key_value_rank = config.size("kv_lora_rank");
    latent.turned = config.size("qk_rope_head_dim");
    result.head_dim = config.size("qk_nope_head_dim") + latent.turned;
    result.value_dim = config.size("v_head_dim");
    result.key_value_heads = result.heads;
    config.require("num_key_value_heads", result.heads);
    config.pass_over("head_dim", "qk_head_dim");  // which follow from these, whatever a file says
    const auto rotary = read_rotary(config, latent.turned);
    if (!rotary) config.refuse("rope_parameters", "all layers are turned");
    result.rotaries = {*rotary};
    const rotary_reader settings(config, "full_attention");
    const bool stretched = settings.text("rope_type") != "default" && settings.has("mscale_all_dim");
    const double more = stretched ? yarn_amplitude(settings.number("factor"), settings.number("mscale_all_dim")) : 1;
    set_attention_scale(result, more * more / std::sqrt(static_cast<double>(result.head_dim)));
}

/// Experts in groups, of which a token takes some of the best.
inline void read_expert_groups(const config_reader& config, expert_settings& experts) {
    experts.groups = config.size("n_group");
    experts.chosen_groups = config.size("topk_group");
    if (experts.count % experts.groups != 0)
        config.refuse("n_group",
                      "'" + config.spelling("num_experts") + "' " + to_string(experts.count) + " is no multiple of it");
    if (experts.chosen_groups > experts.groups)
        config.refuse("topk_group", "there are " + to_string(experts.groups) + " groups");
    if (experts.chosen > experts.count / experts.groups * experts.chosen_groups)
        config.refuse("num_experts_per_tok", "the chosen groups have fewer");
}

/// What both have alike.
inline decoder read_any_deepseek(const config_reader& config) {
    decoder result = read_sizes(config);
    read_latent_attention(config, result);
    result.feed_forward = config.size("intermediate_size");
    result.activation = read_activation(config);
    result.norm.epsilon = config.number("rms_norm_eps");
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    auto& experts = result.experts = read_experts(config, "moe_intermediate_size");
    if (config.has("n_shared_experts"))
        experts.shared_feed_forward = experts.feed_forward * config.count("n_shared_experts");
    experts.factor = config.number("routed_scaling_factor");
    config.require("moe_layer_freq", 1);
    for (std::size_t i = config.count("first_k_dense_replace"); i < result.layers.size(); ++i)
        result.layers[i].experts = true;
    result.later_layers_unused = true;
    return result;
}

inline decoder read_deepseek_v2(const config_reader& config) {
    decoder result = read_any_deepseek(config);
    result.interleaved_rotary = true;
    result.feed_forward_biased = config.flag("mlp_bias");
    config.require("scoring_func", "softmax");
    config.require("norm_topk_prob", false);  // its class does not use it, its first code did
    const bool grouped = config.is("topk_method", "group_limited_greedy");
    if (!grouped) config.require("topk_method", "greedy");
    if (grouped) read_expert_groups(config, result.experts);
    config.pass_over("n_group", "topk_group");
    return result;
}

inline decoder read_deepseek_v3(const config_reader& config) {
    decoder result = read_any_deepseek(config);
    result.interleaved_rotary = config.flag("rope_interleave");
    config.require("scoring_func", "sigmoid");
    config.require("topk_method", "noaux_tc");
    auto& experts = result.experts;
    experts.score = expert_settings::scores::sigmoid;
    experts.correction = true;
    experts.renormalised = config.flag("norm_topk_prob");
    experts.group_by = expert_settings::group_score::two_largest;
    read_expert_groups(config, experts);
    if (experts.count < 2 * experts.groups) config.refuse("n_group", "a group needs two experts");
    return result;
}

}  // namespace bouillon::detail
