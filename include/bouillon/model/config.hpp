// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace bouillon {

/// Sizes and constants of a Llama model, as its config.json gives them. Nothing else is needed to run it.
struct llama_config {
    std::size_t vocabulary = 0;       // tokens
    std::size_t width = 0;            // hidden_size
    std::size_t feed_forward = 0;     // intermediate_size
    std::size_t layers = 0;           // num_hidden_layers
    std::size_t heads = 0;            // num_attention_heads
    std::size_t key_value_heads = 0;  // num_key_value_heads; divides heads
    std::size_t head_dim = 0;         // even
    std::size_t context = 0;          // max_position_embeddings, tokens
    double rms_epsilon = 0;           // rms_norm_eps
    double rope_theta = 0;            // base of the rotary frequencies
    bool tied_head = false;           // the output head is the embedding table
};

namespace detail {

/// One config.json, read field by field. Every complaint names the file, the field and both values.
class config_reader {
 public:
    config_reader(std::string_view text, std::string origin) : origin_(std::move(origin)) {
        json_ = nlohmann::json::parse(text, nullptr, false);
        if (json_.is_discarded() || !json_.is_object()) throw input_error(origin_ + ": not a JSON object");
    }

    bool has(const char* field) const { return json_.contains(field) && !json_[field].is_null(); }

    std::size_t size(const char* field) const {
        if (!has(field)) throw input_error(origin_ + ": '" + field + "' is missing");
        if (!json_[field].is_number_unsigned() || json_[field] == 0) refuse(field, "a positive integer");
        return json_[field].get<std::size_t>();
    }
    std::size_t size_or(const char* field, std::size_t fallback) const { return has(field) ? size(field) : fallback; }

    double number_or(const char* field, double fallback) const {
        if (!has(field)) return fallback;
        if (!json_[field].is_number() || !(json_[field].get<double>() > 0)) refuse(field, "a positive number");
        return json_[field].get<double>();
    }

    bool flag_or(const char* field, bool fallback) const {
        if (!has(field)) return fallback;
        if (!json_[field].is_boolean()) refuse(field, "true or false");
        return json_[field].get<bool>();
    }

    /// Refuses the file unless the field is absent or has this value: a model that differs there would be run wrongly.
    template <class Value>
    void require(const char* field, const Value& supported) const {
        if (has(field) && json_[field] != nlohmann::json(supported))
            refuse(field, "supported so far: " + nlohmann::json(supported).dump());
    }

    std::string text(const char* field) const {
        if (!has(field)) throw input_error(origin_ + ": '" + field + "' is missing");
        if (!json_[field].is_string()) refuse(field, "a string");
        return json_[field].get<std::string>();
    }

    const nlohmann::json& json() const { return json_; }
    const std::string& origin() const { return origin_; }

    [[noreturn]] void refuse(const char* field, const std::string& wanted) const {
        throw input_error(origin_ + ": '" + field + "' is " + json_[field].dump() + " (" + wanted + ")");
    }

 private:
    nlohmann::json json_;
    std::string origin_;
};

/// transformers 5 moved the rotary settings into "rope_parameters"; before, they stood beside the sizes.
inline double rope_theta(const config_reader& config) {
    config.require("rope_scaling", nullptr);
    if (!config.has("rope_parameters")) return config.number_or("rope_theta", 10000.0);
    const config_reader rope(config.json()["rope_parameters"].dump(), config.origin() + ": rope_parameters");
    rope.require("rope_type", "default");
    return rope.number_or("rope_theta", config.number_or("rope_theta", 10000.0));
}

inline void check_llama(const llama_config& c, const std::string& origin) {
    const auto fail = [&](const std::string& what) { throw input_error(origin + ": " + what); };
    if (c.heads % c.key_value_heads != 0)
        fail("'num_attention_heads' " + std::to_string(c.heads) + " is no multiple of 'num_key_value_heads' " +
             std::to_string(c.key_value_heads));
    if (c.head_dim == 0 || c.head_dim % 2 != 0)
        fail("a head of " + std::to_string(c.head_dim) + " dimensions cannot be rotated: the number must be even");
}

}  // namespace detail

/// Reads a Llama's sizes from the text of a config.json. A field that Hugging Face's LlamaConfig lets a file leave out
/// gets that class's default; a field that would change the arithmetic and is not supported is refused, never ignored.
/// @param text    the file's contents, UTF-8 JSON
/// @param origin  the file's name, for messages
/// @throws input_error naming the file, the field and both values
/// Reference: Hugging Face transformers, LlamaConfig.
inline llama_config parse_llama_config(std::string_view text, const std::string& origin) {
    const detail::config_reader config(text, origin);
    if (config.text("model_type") != "llama") config.refuse("model_type", "bouillon can score \"llama\" so far");
    config.require("hidden_act", "silu");
    config.require("attention_bias", false);
    config.require("mlp_bias", false);
    config.require("pretraining_tp", 1);
    config.require("quantization_config", nullptr);

    llama_config result;
    result.vocabulary = config.size("vocab_size");
    result.width = config.size("hidden_size");
    result.feed_forward = config.size("intermediate_size");
    result.layers = config.size("num_hidden_layers");
    result.heads = config.size("num_attention_heads");
    result.key_value_heads = config.size_or("num_key_value_heads", result.heads);
    result.head_dim = config.size_or("head_dim", result.width / result.heads);
    result.context = config.size_or("max_position_embeddings", 2048);
    result.rms_epsilon = config.number_or("rms_norm_eps", 1e-6);
    result.rope_theta = detail::rope_theta(config);
    result.tied_head = config.flag_or("tie_word_embeddings", false);
    detail::check_llama(result, origin);
    return result;
}

/// Reads a config.json file. Throws input_error where it cannot be read, and as parse_llama_config does.
inline llama_config read_llama_config(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw input_error(path.string() + ": cannot be read");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    return parse_llama_config(text, path.string());
}

}  // namespace bouillon
