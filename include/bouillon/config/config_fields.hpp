// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_defaults.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// What a config.json says about one setting of a model.
struct config_value {
    nlohmann::json value;
    std::string field;                      ///< of the file that says it, or that would
    bool by_default = false;                ///< the file does not say it
    std::vector<std::string> sources = {};  ///< other fields that it follows from, or that it counts before
};

/// A model's settings by their names in transformers 5, those that change its arithmetic and are known.
///
/// Two files mean the same where every setting that both know has the same value.
using config_meaning = std::map<std::string, config_value>;

/// A field's name, and another under which some classes or older files have it.
struct field_alias {
    std::string_view field, alias;
    std::string_view model_types = {};  ///< those whose class reads the alias first; empty: all read it second
};
inline constexpr auto field_aliases =
    std::to_array<field_alias>({{"hidden_size", "n_embd"},
                                {"hidden_size", "d_model"},
                                {"hidden_size", "n_embed"},
                                {"num_hidden_layers", "n_layer"},
                                {"num_hidden_layers", "n_layers"},
                                {"num_hidden_layers", "num_layers"},
                                {"num_attention_heads", "n_head"},
                                {"num_attention_heads", "n_heads"},
                                {"num_key_value_heads", "num_kv_heads"},
                                {"intermediate_size", "n_inner"},
                                {"intermediate_size", "ffn_hidden_size"},
                                {"intermediate_size", "ffn_dim"},
                                {"max_position_embeddings", "n_positions"},
                                {"max_position_embeddings", "seq_length"},
                                {"max_position_embeddings", "model_max_length", "baichuan"},
                                {"hidden_act", "hidden_activation", "gemma2 gemma3_text"},
                                {"hidden_act", "hidden_activation"},
                                {"hidden_act", "activation_function"},
                                {"hidden_act", "activation", "falcon"},
                                {"layer_types", "layers_block_type"},
                                {"sliding_window_pattern", "_sliding_window_pattern"},
                                {"num_experts", "num_local_experts"},
                                {"num_experts", "n_routed_experts"},
                                {"num_experts_per_tok", "num_experts_per_token"},
                                {"num_experts_per_tok", "experts_per_token"},
                                {"norm_topk_prob", "moe_renormalize"},
                                {"n_group", "num_expert_group"},
                                {"n_shared_experts", "num_shared_experts"}});

/// The fields whose null turns something off that a class may have by default.
inline constexpr std::string_view none_by_null =
    "sliding_window attn_logit_softcapping final_logit_softcapping clip_qkv q_lora_rank n_group topk_group "
    "n_shared_experts head_dim num_key_value_heads";

/// A value without the object that transformers 5 wraps around a number that is not finite.
inline nlohmann::json unwrapped(const nlohmann::json& value) {
    if (value.is_object() && value.size() == 1 && value.contains("__float__")) return value.at("__float__");
    if (!value.is_array()) return value;
    auto all = nlohmann::json::array();
    for (const auto& each : value) all.push_back(unwrapped(each));
    return all;
}

/// One config.json, whose fields are read under any of their names.
class config_fields {
 public:
    explicit config_fields(const nlohmann::json& config) : config_(config) {
        if (const auto type = find("model_type"); type && type->value.is_string())
            model_type_ = type->value.get<std::string>();
    }

    const std::string& model_type() const { return model_type_; }
    bool is_one_of(std::string_view types) const { return holds_word(types, model_type_); }

    /// A setting's names, the one that counts before the others first.
    std::vector<std::string_view> names(std::string_view field) const {
        std::vector<std::string_view> result = {field};
        for (const auto& [name, alias, types] : field_aliases) {
            if (name != field || std::find(result.begin(), result.end(), alias) != result.end()) continue;
            if (types.empty())
                result.push_back(alias);
            else if (is_one_of(types))
                result.insert(result.begin(), alias);
        }
        return result;
    }

    /// What the file says; a null is said too where nothing else is.
    std::optional<config_value> find(std::string_view field) const {
        std::optional<config_value> said;
        for (const std::string_view name : names(field))
            if (!said || said->value.is_null())
                if (auto other = find_spelled(name)) said = std::move(other);
        return said;
    }

    /// What the file says, or the default; null counts as unsaid where there is a default, unless it says "none".
    std::optional<config_value> find_or_default(std::string_view field) const {
        auto said = find(field);
        if (said && (!said->value.is_null() || holds_word(none_by_null, field))) return said;
        if (auto value = default_of(model_type_, field))
            return config_value{std::move(*value), said ? said->field : std::string(field), true};
        return said;
    }

    /// A number that both the file and its class may leave unsaid.
    std::optional<double> number(std::string_view field) const {
        const auto said = find_or_default(field);
        return said && said->value.is_number() ? std::optional(said->value.get<double>()) : std::nullopt;
    }

 private:
    std::optional<config_value> find_spelled(std::string_view name) const {
        const auto place = config_.find(name);
        if (place == config_.end()) return std::nullopt;
        return config_value{unwrapped(*place), std::string(name), false};
    }

    const nlohmann::json& config_;
    std::string model_type_;
};

}  // namespace bouillon::detail
