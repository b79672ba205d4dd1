// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint.hpp>
#include <bouillon/checkpoint/json_file.hpp>
#include <bouillon/config/config_meaning.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>

namespace bouillon::detail {

/// Whether a model computes the same with either value: numbers are used in float32.
inline bool same_setting(const nlohmann::json& a, const nlohmann::json& b) {
    if (a.is_number() && b.is_number()) return a == b || a.get<float>() == b.get<float>();
    if (!a.is_array() || !b.is_array() || a.size() != b.size()) return a == b;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!same_setting(a[i], b[i])) return false;
    return true;
}

inline std::string value_text(const config_value& setting) {
    return setting.value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) +
           (setting.by_default ? " by default" : "");
}

/// The settings of a model, and the file that said each first.
class known_settings {
 public:
    /// Takes over what a configuration says that none before it did.
    /// @throws input_error, naming the files, the field and both values, where it differs from one before
    void add(const std::filesystem::path& path, const config_meaning& meaning) {
        const auto kind = meaning.find("model_type");  // that most others follow from
        if (kind != meaning.end()) add(path, kind->first, kind->second);
        for (const auto& [name, setting] : meaning) add(path, name, setting);
    }

 private:
    void add(const std::filesystem::path& path, const std::string& name, const config_value& here) {
        const auto& [there, first] = settings_.try_emplace(name, here, path).first->second;
        if (same_setting(here.value, there.value)) return;
        throw input_error(path.string() + ": " + here.field + " is " + value_text(here) + ", but " +
                          (there.field == here.field ? "" : there.field + " is ") + value_text(there) + " in " +
                          first.string());
    }

    std::map<std::string, std::pair<config_value, std::filesystem::path>> settings_;
};

/// Checks that checkpoints are of one model, as far as their configurations tell.
///
/// Configurations are compared by what they mean (config_meaning.hpp). A checkpoint without config.json is taken as it
/// is.
/// @throws input_error when a config.json says that the checkpoint is quantized, and when two differ in a setting that
///     changes the arithmetic
inline void check_same_model(std::span<const checkpoint> checkpoints) {
    known_settings known;
    for (const auto& item : checkpoints) {
        const auto path = item.config_path();
        if (!path) continue;
        const auto config = read_python_object(*path);
        if (const auto scheme = config.find("quantization_config"); scheme != config.end() && !scheme->is_null())
            throw input_error(path->string() + ": has a quantization_config; quantized checkpoints cannot be merged");
        known.add(*path, meaning_of(config));
    }
}

}  // namespace bouillon::detail
