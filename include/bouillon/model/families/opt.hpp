// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// OPT: learned positions, of which the first two rows are of no token, LayerNorm before each half of a layer or after
/// it, and in some an embedding narrower than the residual.
///
/// Reference: Zhang et al. (2022), arXiv 2205.01068; Hugging Face transformers 5.24, models/opt.
namespace bouillon::detail {

inline void name_opt(tensor_names& names) {
    names.older_prefix = "model.";
    names.embedding = "model.decoder.embed_tokens";
    names.positions = "model.decoder.embed_positions";
    names.embedding_projection = "model.decoder.project_in";
    names.head_projection = "model.decoder.project_out";
    names.layers = "model.decoder.layers.";
    names.attention_norm = names.attention_sum_norm = "self_attn_layer_norm";
    names.attention_output = "self_attn.out_proj";
    names.feed_forward_norm = names.feed_forward_sum_norm = "final_layer_norm";
    names.up = "fc1";
    names.down = "fc2";
    names.final_norm = "model.decoder.final_layer_norm";
}

inline decoder read_opt(const config_reader& config) {
    decoder result = read_sizes(config);
    read_heads(config, result);
    require_heads_of_width(config, result);
    for (auto& layer : result.layers) layer.rotary.reset();
    const auto embedding = config.has("word_embed_proj_dim") ? config.size("word_embed_proj_dim") : result.width;
    result.embedding_width = embedding == result.width ? 0 : embedding;
    result.learned_positions = true;
    result.first_position = 2;
    result.position_rows = result.context + result.first_position;
    result.feed_forward = config.size("intermediate_size");
    result.activation = read_activation(config);
    result.gated = false;
    result.norm = layer_norm(1e-5);
    result.norm.weighted = result.norm.biased = config.flag("layer_norm_elementwise_affine");
    const bool before = config.flag("do_layer_norm_before"), unnormed = config.flag("_remove_final_layer_norm");
    result.attention_norms = result.feed_forward_norms = {.input = before, .sum = !before};
    result.final_norm = before && !unnormed;
    result.query_key_value_biased = result.attention_output_biased = result.feed_forward_biased =
        config.flag("enable_bias");
    name_opt(result.names);
    return result;
}

}  // namespace bouillon::detail
