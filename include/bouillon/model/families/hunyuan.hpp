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
    config.require("use_rotary_pos_emb", true);
    config.require("norm_type", "rms");
    config.require("add_classification_head", false);
    config.require("attention_head_dim", result.head_dim);
    // As the files have them, and no class reads: of classifiers, of images and of what use_cla would share.
    config.pass_over("class_num", "pool_type", "cla_share_factor", "dense_list", "mask_init_id", "im_start_id",
                     "im_end_id", "im_newline_id", "text_start_id", "text_end_id", "org_vocab_size", "pad_id");
    result.names.query_norm = "self_attn.query_layernorm";
    result.names.key_norm = "self_attn.key_layernorm";
    return result;
}

}  // namespace bouillon::detail
