// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_fields.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon::detail {

/// Where a file has the settings of its rotary positions.
struct rotary_block {
    nlohmann::json settings = nlohmann::json::object();
    std::string field;          ///< of the file, empty where it has none
    bool for_one_kind = false;  ///< of layers

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

/// The classes that read base and share under names of their own alone where they stand beside the sizes.
inline bool is_neox(const config_fields& fields) { return fields.is_one_of("gpt_neox gpt_neox_japanese"); }

/// A setting that stands in the block, or beside the sizes, or that the class has by default.
/// @param beside its names there, the one that counts before the others first
inline std::optional<config_value> find_rotary(const config_fields& fields, const rotary_block& block,
                                               const std::string& setting, const std::vector<std::string>& beside) {
    if (const auto* inside = block.find(setting))
        return config_value{*inside, block.name_of(setting), block.field.empty(), beside};
    for (const std::string& name : beside)
        if (auto said = fields.find(name); said && !said->value.is_null()) {
            said->sources = beside;
            return said;
        }
    auto of_class = default_of(fields.model_type(), beside.front());
    if (!of_class) of_class = default_of(fields.model_type(), setting);
    if (!of_class) return std::nullopt;
    return config_value{std::move(*of_class), block.field.empty() ? beside.front() : block.name_of(setting), true};
}

/// The kind of positions, under its newer name.
inline config_value rotary_kind(const config_fields& fields, const rotary_block& block) {
    const char* const spelling =
        block.find("rope_type") == nullptr && block.find("type") != nullptr ? "type" : "rope_type";
    config_value kind = {"default", block.name_of(spelling), block.find(spelling) == nullptr || block.field.empty()};
    kind.sources = {block.name_of("type"), "rope_parameters"};  // which counts only without the other block
    if (!block.field.starts_with("rope_scaling")) kind.sources.pop_back();
    const auto* said = block.find(spelling);
    if (said != nullptr && said->is_string()) kind.value = *said;
    if (kind.value == "mrope") kind.value = "default";
    if (kind.value == "su" || (kind.value == "yarn" && fields.is_one_of("phi3"))) kind.value = "longrope";
    return kind;
}

/// Numbers that a kind of positions has where the file does not say them.
inline void add_rotary_defaults(config_meaning& meaning, const std::string& prefix, const std::string& kind,
                                const config_fields& fields, const rotary_block& block) {
    const auto add = [&](const std::string& setting, nlohmann::json value) {
        meaning.try_emplace(prefix + setting, config_value{std::move(value), block.name_of(setting), true});
    };
    const bool stretched = kind == "llama3" || kind == "yarn" || kind == "longrope";
    const std::string original = "original_max_position_embeddings";
    const auto context = fields.number("max_position_embeddings");
    if (stretched || kind == "dynamic") {
        auto beside = fields.find_or_default(original);
        if (stretched && !block.for_one_kind && beside && !beside->value.is_null()) {
            beside->sources = {block.name_of(original)};
            meaning[prefix + original] = std::move(*beside);
        } else if (context) {
            add(original, *context);
        }
    }
    if (kind == "yarn") {
        add("beta_fast", 32);
        add("beta_slow", 1);
        add("truncate", true);
        if (block.for_one_kind) meaning[prefix + "truncate"].value = true;  // transformers 5 looks beside the blocks
    }
    if (kind == "yarn" || kind == "longrope") {
        const auto trained = meaning.find(prefix + original);
        if (context && trained != meaning.end() && trained->second.value.is_number())
            add("factor", *context / trained->second.value.get<double>());
    }
    if (kind == "llama3")
        for (const char* setting : {"low_freq_factor", "high_freq_factor"}) add(setting, nullptr);
    if (kind == "longrope")
        for (const char* setting : {"short_factor", "long_factor"}) add(setting, nullptr);
    if (kind != "default" && kind != "none")
        for (const char* setting : {"factor", "attention_factor", "mscale", "mscale_all_dim"}) add(setting, nullptr);
}

/// The settings of one kind of layers.
/// @param prefix of their names in the meaning
/// @param bases the names of the base beside the sizes
inline void add_rotary_block(config_meaning& meaning, const std::string& prefix, const config_fields& fields,
                             const rotary_block& block, const std::vector<std::string>& bases) {
    const config_value said_kind = rotary_kind(fields, block);
    const auto kind = said_kind.value.get<std::string>();
    const auto theta = find_rotary(fields, block, "rope_theta", bases);
    const auto share =
        find_rotary(fields, block, "partial_rotary_factor", {is_neox(fields) ? "rotary_pct" : "partial_rotary_factor"});
    if (theta) meaning[prefix + "rope_theta"] = *theta;
    if (share) meaning[prefix + "partial_rotary_factor"] = *share;
    if (theta || share || !block.field.empty()) meaning[prefix + "rope_type"] = said_kind;
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
    const bool by_kind = nested || fields.is_one_of("olmo3 gemma3_text");
    for (const std::string& kind : kinds) {
        const bool windowed = kind == kinds[1], local = windowed && fields.is_one_of("gemma3_text");
        rotary_block block = given;
        if (nested) {
            const auto inside = given.settings.find(kind);
            if (inside == given.settings.end()) continue;
            block = {inside->is_object() ? *inside : nlohmann::json{{"rope_type", "none"}}, given.name_of(kind)};
        } else if (windowed && by_kind) {  // what stretches positions is not for windows
            const auto* theta = given.find("rope_theta");
            block.settings = nlohmann::json::object();
            if (theta != nullptr && !local) block.settings["rope_theta"] = *theta;
        }
        block.for_one_kind = by_kind;
        std::vector<std::string> bases = {"rope_theta"};
        if (local) bases = {"rope_local_base_freq"};
        if (is_neox(fields)) bases = {"rotary_emb_base"};
        add_rotary_block(meaning, "rope " + kind + ' ', fields, block, bases);
    }
}

}  // namespace bouillon::detail
