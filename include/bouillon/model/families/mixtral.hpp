// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// Mixtral: Mistral with experts in all layers.
///
/// Reference: Jiang et al. (2024), arXiv 2401.04088; Hugging Face transformers 5.24, models/mixtral.
namespace bouillon::detail {

inline decoder read_mixtral(const config_reader& config) {
    decoder result = read_like_llama(config);
    read_rotation(config, result);
    read_same_windows(config, result);
    result.experts = read_experts(config, "intermediate_size");
    result.experts.renormalised = true;
    use_experts(result);
    auto& names = result.names;
    names.router = "block_sparse_moe.gate";
    names.experts = "block_sparse_moe.experts.";
    names.expert_gate = "w1";
    names.expert_up = "w3";
    names.expert_down = "w2";
    return result;
}

}  // namespace bouillon::detail
