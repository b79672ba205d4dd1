// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

#include <cstddef>

/// Baichuan: Llama with queries, keys and values in one map. The models of 7B turn heads, those of 13B have ALiBi; the
/// second generation divides each row of its head by its length.
///
/// Its code comes with its files, and nothing in them names the size or the generation: the width does, or else that
/// the class of the smaller ones saves 'max_position_embeddings'; and the vocabulary, or else that the classes of the
/// second generation save 'z_loss_weight'. Reference: Baichuan (2023), arXiv 2309.10305; modeling_baichuan.py beside
/// the published models.
namespace bouillon::detail {

inline bool turns_heads(const config_reader& config, std::size_t width) {
    if (width == 4096 || width == 5120) return width == 4096;  // 7B, 13B
    return config.says("max_position_embeddings");
}

inline bool normalises_head(const config_reader& config, std::size_t vocabulary) {
    if (vocabulary == 64000) return false;
    if (vocabulary != 125696 && !config.says("z_loss_weight"))
        config.refuse("vocab_size", "64000 tells Baichuan 1, 125696 or a 'z_loss_weight' Baichuan 2");
    return true;
}

inline decoder read_baichuan(const config_reader& config) {
    decoder result = read_like_llama(config);
    require_heads_of_width(config, result);
    if (turns_heads(config, result.width)) {
        result.rotaries = {{.dims = result.head_dim, .theta = 10000}};  // which no file says
    } else {
        result.bias_by_position = position_bias::alibi;
        for (auto& layer : result.layers) layer.rotary.reset();
    }
    result.query_key_value = query_key_value_layout::blocks;
    result.names.query_key_value = "self_attn.W_pack";
    result.head_rows_normalised = normalises_head(config, result.vocabulary);
    return result;
}

}  // namespace bouillon::detail
