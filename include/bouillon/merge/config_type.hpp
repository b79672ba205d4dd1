// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/dtype.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace bouillon::detail {

/// The name that config.json gives a type, e.g. "bfloat16".
inline std::string_view config_name(dtype type) {
    switch (type) {
        case dtype::f64:
            return "float64";
        case dtype::f16:
            return "float16";
        case dtype::bf16:
            return "bfloat16";
        default:
            return "float32";
    }
}

/// The end of a JSON string.
/// @param json text
/// @param begin where its opening quote stands
inline std::size_t end_of_string(std::string_view json, std::size_t begin) {
    std::size_t i = begin + 1;
    while (i < json.size() && json[i] != '"') i += json[i] == '\\' ? 2 : 1;
    return i + 1;
}

/// A config.json in which the type that it names (`torch_dtype`, or `dtype` in newer ones) is `type`.
///
/// Nothing else is changed, not a space: numbers keep their digits, and what JSON has no words for stays as Python
/// wrote it.
/// @param json a valid object; only its own fields count, not those of objects within
inline std::string with_type(std::string_view json, dtype type) {
    constexpr std::string_view blank = " \t\r\n";
    std::string changed;
    std::size_t copied = 0;  // of json
    int depth = 0;
    for (std::size_t i = 0; i < json.size();) {
        if (json[i] == '{' || json[i] == '[') ++depth;
        if (json[i] == '}' || json[i] == ']') --depth;
        if (json[i] != '"') {
            ++i;
            continue;
        }
        const std::size_t begin = i;
        i = end_of_string(json, begin);
        const auto name = json.substr(begin, i - begin);
        if (depth != 1 || (name != "\"torch_dtype\"" && name != "\"dtype\"")) continue;
        const std::size_t colon = json.find_first_not_of(blank, i);
        if (colon == json.npos || json[colon] != ':') continue;  // it is a value
        const std::size_t value = json.find_first_not_of(blank, colon + 1);
        if (value == json.npos) break;
        i = json[value] == '"' ? end_of_string(json, value) : json.find_first_of(",} \t\r\n", value);
        if (i >= json.size()) break;
        changed.append(json.substr(copied, value - copied)).append("\"").append(config_name(type)).append("\"");
        copied = i;
    }
    return changed.append(json.substr(copied));
}

}  // namespace bouillon::detail
