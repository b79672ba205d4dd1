// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

/// gpt-oss: sinks beside the scores of attention, windows in every other layer, and experts with biases whose
/// activation is clipped.
///
/// Reference: OpenAI (2025), arXiv 2508.10925; Hugging Face transformers 5.24, models/gpt_oss.
namespace bouillon::detail {

inline decoder read_gpt_oss(const config_reader& config) {
    decoder result = read_sizes(config);
    read_heads(config, result);
    read_rotation(config, result);
    read_windows(config, result);
    result.norm.epsilon = config.number("rms_norm_eps");
    result.query_key_value_biased = result.attention_output_biased = config.flag("attention_bias");
    result.sinks = true;
    result.activation = {.kind = activation::clipped_silu,
                         .sharpness = static_cast<float>(config.number("swiglu_alpha")),
                         .limit = static_cast<float>(config.number("swiglu_limit"))};
    auto& experts = result.experts = read_experts(config, "intermediate_size");
    experts.score = expert_settings::scores::chosen_softmax;
    experts.router_biased = experts.biased = experts.stacked = true;
    experts.gates = gate_layout::interleaved;
    use_experts(result);
    config.pass_over("hidden_act", "initial_context_length");  // as files have them, and no class uses
    result.names.router = "mlp.router";
    return result;
}

}  // namespace bouillon::detail
