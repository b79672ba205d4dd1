// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// Llama, and the families that differ from it in little: Mistral, Arcee, Seed-OSS, SmolLM 3, Helium and ERNIE 4.5.
///
/// Reference: Touvron et al. (2023), arXiv 2302.13971; Jiang et al. (2023), arXiv 2310.06825; Hugging Face transformers
/// 5.24, models/{llama, mistral, arcee, seed_oss, smollm3, helium, ernie4_5}.
namespace bouillon::detail {

inline decoder read_llama(const config_reader& config) {
    decoder result = read_like_llama(config);
    read_rotation(config, result);
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    result.feed_forward_biased = config.flag("mlp_bias");
    config.pass_over("activation");  // as files of Falcon 3 have it beside hidden_act
    return result;
}

/// All layers attend to a window where there is one, or those that are listed.
inline decoder read_mistral(const config_reader& config) {
    decoder result = read_like_llama(config);
    read_rotation(config, result);
    if (config.says("layer_types"))
        read_windows(config, result);  // transformers' AutoModel takes such a file for a Ministral
    else
        read_same_windows(config, result);
    return result;
}

/// A Llama whose feed-forward is not gated.
inline decoder read_arcee(const config_reader& config) {
    decoder result = read_llama(config);
    result.gated = false;
    return result;
}

inline decoder read_seed_oss(const config_reader& config) {
    decoder result = read_llama(config);
    result.attention_output_biased = config.flag("attention_out_bias");
    return result;
}

/// A Llama some layers of which are not turned; those may attend to a window.
inline decoder read_smollm3(const config_reader& config) {
    decoder result = read_llama(config);
    read_windows(config, result);
    const auto rotated = config.numbers("no_rope_layers");  // 1 where a layer is turned
    if (rotated.size() < result.layers.size()) config.refuse("no_rope_layers", "one number a layer is needed");
    for (std::size_t i = 0; i < result.layers.size(); ++i)
        if (rotated[i] == 0) result.layers[i].rotary.reset();
    return result;
}

inline decoder read_helium(const config_reader& config) {
    decoder result = read_llama(config);
    require_heads_of_width(config, result);
    result.attention_output_biased = false;
    result.interleaved_rotary = true;
    return result;
}

inline decoder read_ernie4_5(const config_reader& config) {
    decoder result = read_like_llama(config);
    read_rotation(config, result);
    result.interleaved_rotary = true;
    result.query_key_value_biased = result.attention_output_biased = result.feed_forward_biased =
        config.flag("use_bias");
    return result;
}

}  // namespace bouillon::detail
