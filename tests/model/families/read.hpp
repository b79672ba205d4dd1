// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/config/config_reader.hpp>
#include <bouillon/model/common_settings.hpp>
#include <bouillon/model/decoder.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

/// Descriptions of small models, for the tests of families.
namespace bouillon::test {

using nlohmann::json;
using family_reader = decoder (*)(const detail::config_reader&);

/// A config.json with sizes, and what else it says.
inline json small(const char* model_type, const json& more = json::object()) {
    json config = {{"model_type", model_type}, {"vocab_size", 100},
                   {"hidden_size", 32},        {"intermediate_size", 48},
                   {"num_hidden_layers", 4},   {"num_attention_heads", 4},
                   {"num_key_value_heads", 2}, {"max_position_embeddings", 64}};
    config.update(more);
    for (auto field = config.begin(); field != config.end();)  // "absent" takes a field away
        field = *field == "absent" ? config.erase(field) : std::next(field);
    return config;
}

inline decoder read(family_reader family, const json& config) {
    const detail::config_reader reader(config.dump(), "c.json");
    decoder result = family(reader);
    detail::finish(reader, result);
    return result;
}

inline void check_refused(family_reader family, const json& config, const std::string& message) {
    CHECK_THROWS_WITH_AS(read(family, config), ("c.json: " + message).c_str(), input_error);
}

/// The usual scale of scores, in float32.
inline double usual_scale(std::size_t head_dim) { return 1 / std::sqrt(static_cast<float>(head_dim)); }

/// Of each layer, how many tokens a query sees.
inline std::vector<std::size_t> reaches(const decoder& model) {
    std::vector<std::size_t> all;
    for (const auto& layer : model.layers) all.push_back(layer.reach);
    return all;
}

/// Of each layer, which rotary settings turn it, or -1.
inline std::vector<int> turns(const decoder& model) {
    std::vector<int> all;
    for (const auto& layer : model.layers) all.push_back(layer.rotary ? static_cast<int>(*layer.rotary) : -1);
    return all;
}

}  // namespace bouillon::test
