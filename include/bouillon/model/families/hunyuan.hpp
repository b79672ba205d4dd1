// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// HunYuan's dense models: Llama with norms of heads after they are turned.
///
/// Reference: Hugging Face transformers 5.24, models/hunyuan_v1_dense.
namespace bouillon::detail {

inline decoder read_hunyuan(const config_reader& config) {
    decoder result = read_like_llama(config);
    read_rotation(config, result);
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    result.query_key = {.over = query_key_norm::extent::head, .norm = result.norm, .after_rotation = true};
    config.require("use_qk_norm", true);
    config.require("use_cla", false);
    result.names.query_norm = "self_attn.query_layernorm";
    result.names.key_norm = "self_attn.key_layernorm";
    return result;
}

}  // namespace bouillon::detail
