// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/checkpoint/json_file.hpp>

#include <array>
#include <filesystem>
#include <span>
#include <string>

namespace bouillon::detail {

/// The fields of config.json without whose equality two checkpoints are not states of one model.
inline constexpr auto model_defining_fields = std::to_array<const char*>({"architectures",
                                                                          "model_type",
                                                                          "hidden_size",
                                                                          "intermediate_size",
                                                                          "num_hidden_layers",
                                                                          "num_attention_heads",
                                                                          "num_key_value_heads",
                                                                          "head_dim",
                                                                          "vocab_size",
                                                                          "tie_word_embeddings",
                                                                          "hidden_act",
                                                                          "rms_norm_eps",
                                                                          "layer_norm_eps",
                                                                          "rope_theta",
                                                                          "rope_scaling",
                                                                          "rope_parameters",
                                                                          "rotary_pct",
                                                                          "rotary_emb_base",
                                                                          "partial_rotary_factor",
                                                                          "use_parallel_residual",
                                                                          "attention_bias",
                                                                          "mlp_bias",
                                                                          "sliding_window"});

inline std::string field_text(const nlohmann::json& config, const char* field) {
    return config.contains(field) ? config.at(field).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)
                                  : "missing";
}

/// Checks that checkpoints are of one model, as far as their configurations tell.
///
/// A checkpoint without config.json is taken as it is.
/// @throws input_error when a config.json says that the checkpoint is quantized, or when two differ in a field that
///     defines the model
inline void check_same_model(std::span<const checkpoint> checkpoints) {
    nlohmann::json first;
    std::filesystem::path first_path;
    for (const auto& item : checkpoints) {
        const auto path = item.config_path();
        if (!path) continue;
        const auto config = read_json_object(*path);
        if (config.contains("quantization_config") && !config.at("quantization_config").is_null())
            throw input_error(path->string() + ": has a quantization_config; quantized checkpoints cannot be merged");
        if (first_path.empty()) {
            first = config;
            first_path = *path;
        }
        for (const char* field : model_defining_fields)
            if (config.value(field, nlohmann::json()) != first.value(field, nlohmann::json()))
                throw input_error(path->string() + ": " + field + " is " + field_text(config, field) + ", but " +
                                  field_text(first, field) + " in " + first_path.string());
    }
}

}  // namespace bouillon::detail
