// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// OLMo: norms without parameters and clamped queries, keys and values. OLMo 2 and 3: norms of what a half of a layer
/// adds, and of all queries and all keys together; in 3 most layers attend to a window. OLMoE: experts.
///
/// Reference: Groeneveld et al. (2024), arXiv 2402.00838; OLMo (2024), arXiv 2501.00656; Muennighoff et al. (2024),
/// arXiv 2409.02060; Hugging Face transformers 5.24, models/{olmo, olmo2, olmo3, olmoe}.
namespace bouillon::detail {

inline void read_clamp(const config_reader& config, decoder& result) {
    if (config.has("clip_qkv")) result.query_key_value_limit = config.number("clip_qkv");
}

inline decoder read_olmo(const config_reader& config) {
    decoder result = read_sizes(config);
    read_heads(config, result);
    require_heads_of_width(config, result);
    read_rotation(config, result);
    result.feed_forward = config.size("intermediate_size");
    result.activation = read_activation(config);
    result.norm = {.kind = norm_settings::function::layer, .epsilon = 1e-5, .weighted = false};
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    read_clamp(config, result);
    return result;
}

/// What OLMo 2 and 3 have alike.
inline decoder read_later_olmo(const config_reader& config) {
    decoder result = read_like_llama(config);
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    result.attention_norms = result.feed_forward_norms = {.input = false, .output = true};
    result.query_key = {.over = query_key_norm::extent::whole, .norm = result.norm};
    result.names.attention_output_norm = "post_attention_layernorm";
    result.names.feed_forward_output_norm = "post_feedforward_layernorm";
    return result;
}

inline decoder read_olmo2(const config_reader& config) {
    decoder result = read_later_olmo(config);
    read_rotation(config, result);
    return result;
}

/// A base beside the sizes is refused unless it is the usual one: transformers 4 took it for all layers, 5.24 takes it
/// for those without a window alone.
inline decoder read_olmo3(const config_reader& config) {
    decoder result = read_later_olmo(config);
    const auto slides = read_windows(config, result);
    read_rotations(config, result, slides);
    if (config.spelling("rope sliding_attention rope_theta") == "rope_theta" &&
        !config.is("rope_theta", *default_of("olmo3", "rope_theta")))
        config.refuse("rope_theta",
                      "versions of transformers differ in the layers that this is for; write 'rope_parameters', with "
                      "\"full_attention\" and \"sliding_attention\"");
    return result;
}

/// A Llama with norms of all queries and all keys together, which may be clamped after that, and experts.
inline decoder read_olmoe(const config_reader& config) {
    decoder result = read_like_llama(config);
    require_heads_of_width(config, result);
    read_rotation(config, result);
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    result.query_key = {.over = query_key_norm::extent::whole, .norm = result.norm};
    read_clamp(config, result);
    result.experts = read_experts(config, "intermediate_size");
    result.experts.renormalised = config.flag("norm_topk_prob");
    use_experts(result);
    return result;
}

}  // namespace bouillon::detail
