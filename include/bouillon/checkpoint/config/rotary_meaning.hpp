// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/config/config_fields.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bouillon::detail {

/// Where a file has the settings of its rotary positions.
struct rotary_block {
    nlohmann::json settings = nlohmann::json::object();
    std::string field;  ///< of the file, empty where it has none

    std::string name_of(const std::string& setting) const { return field.empty() ? setting : field + '.' + setting; }
    const nlohmann::json* find(const std::string& setting) const {
        const auto place = settings.find(setting);
        return place == settings.end() || place->is_null() ? nullptr : &*place;
    }
};

/// The block that counts: "rope_scaling", which only files of transformers 4 have, before "rope_parameters".
inline rotary_block find_rotary_block(const config_fields& fields) {
    for (const char* field : {"rope_scaling", "rope_parameters"})
        if (auto said = fields.find(field); said && said->value.is_object() && !said->value.empty())
            return {std::move(said->value), field};
    const auto of_class = default_of(fields.model_type(), "rope_parameters");
    return {of_class.value_or(nlohmann::json::object()), ""};
}

/// A setting that stands in the block, or beside the sizes under an older name, or that the class has by default.
inline std::optional<config_value> find_rotary(const config_fields& fields, const rotary_block& block,
                                               const std::string& setting, const std::string& older) {
    if (const auto* inside = block.find(setting)) return config_value{*inside, block.name_of(setting)};
    for (const std::string& name : {setting, older})
        if (auto beside = fields.find(name); beside && !beside->value.is_null()) return beside;
    auto of_class = default_of(fields.model_type(), setting);
    if (!of_class) return std::nullopt;
    return config_value{std::move(*of_class), block.name_of(setting), true};
}

/// The kind of positions, under its newer name.
inline std::string rotary_kind(const rotary_block& block) {
    const auto* kind = block.find("rope_type");
    if (kind == nullptr) kind = block.find("type");
    if (kind == nullptr || !kind->is_string()) return "default";
    const auto name = kind->get<std::string>();
    if (name == "mrope") return "default";
    return name == "su" ? "longrope" : name;
}

/// Numbers that a kind of positions has where the file does not say them.
inline void add_rotary_defaults(config_meaning& meaning, const std::string& prefix, const std::string& kind,
                                const config_fields& fields, const rotary_block& block) {
    const auto add = [&](const std::string& setting, nlohmann::json value) {
        meaning.try_emplace(prefix + setting, config_value{std::move(value), block.name_of(setting), true});
    };
    const std::string original = "original_max_position_embeddings";
    if (kind == "llama3" || kind == "yarn" || kind == "longrope" || kind == "dynamic") {
        if (auto beside = fields.find(original); beside && kind != "dynamic")
            meaning[prefix + original] = std::move(*beside);
        else if (const auto context = fields.find("max_position_embeddings"))
            add(original, context->value);
    }
    if (kind == "yarn") {
        add("beta_fast", 32);
        add("beta_slow", 1);
        add("truncate", true);
    }
    if (kind == "longrope") {
        const auto context = fields.number("max_position_embeddings");
        const auto trained = meaning.find(prefix + original);
        if (context && trained != meaning.end() && trained->second.value.is_number())
            add("factor", *context / trained->second.value.get<double>());
    }
    if (kind != "default" && kind != "none")
        for (const char* setting : {"factor", "attention_factor", "mscale", "mscale_all_dim"}) add(setting, nullptr);
}

/// The settings of one kind of layers.
/// @param prefix of their names in the meaning
inline void add_rotary_block(config_meaning& meaning, const std::string& prefix, const config_fields& fields,
                             const rotary_block& block, const std::string& older_theta) {
    const std::string kind = rotary_kind(block);
    const auto theta = find_rotary(fields, block, "rope_theta", older_theta);
    const auto share = find_rotary(fields, block, "partial_rotary_factor", "rotary_pct");
    if (theta) meaning[prefix + "rope_theta"] = *theta;
    if (share) meaning[prefix + "partial_rotary_factor"] = *share;
    if (theta || share || !block.field.empty())
        meaning[prefix + "rope_type"] = {kind, block.name_of("rope_type"), block.field.empty()};
    for (const auto& [setting, value] : block.settings.items()) {
        if (value.is_null() || value.is_object() || setting == "type" || setting.starts_with("rope_t") ||
            setting == "partial_rotary_factor" || (kind == "default" && !setting.starts_with("mrope_")) ||
            (kind == "linear" && setting != "factor"))
            continue;
        meaning[prefix + setting] = {value, block.name_of(setting), block.field.empty()};
    }
    add_rotary_defaults(meaning, prefix, kind, fields, block);
}

/// The rotary positions: transformers 5 keeps all in "rope_parameters", a block for each kind of layers where they
/// differ; before, base and share stood beside the sizes and the rest in "rope_scaling".
inline void add_rotary_meaning(config_meaning& meaning, const config_fields& fields) {
    const rotary_block given = find_rotary_block(fields);
    const std::array<std::string, 2> kinds = {"full_attention", "sliding_attention"};
    const bool nested = given.settings.contains(kinds[0]) || given.settings.contains(kinds[1]);
    for (const std::string& kind : kinds) {
        const bool windowed = kind == kinds[1], local = windowed && fields.is_one_of("gemma3_text");
        rotary_block block = given;
        if (nested) {
            const auto inside = given.settings.find(kind);
            if (inside == given.settings.end()) continue;
            block = {inside->is_object() ? *inside : nlohmann::json{{"rope_type", "none"}}, given.name_of(kind)};
        } else if (windowed && fields.is_one_of("olmo3 gemma3_text")) {  // what stretches positions is not for windows
            const auto* theta = given.find("rope_theta");
            block.settings = nlohmann::json::object();
            if (theta != nullptr && !local) block.settings["rope_theta"] = *theta;
        }
        if (const auto base = fields.find_or_default("rope_local_base_freq");
            local && base && !block.find("rope_theta"))
            block.settings["rope_theta"] = base->value;
        add_rotary_block(meaning, "rope " + kind + ' ', fields, block, "rotary_emb_base");
    }
}

}  // namespace bouillon::detail
