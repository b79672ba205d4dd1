// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/input_file.hpp>
#include <bouillon/core/to_string.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace bouillon::detail {

/// Reads a JSON file whose root is an object.
/// @tparam Json an ordered_json keeps its keys in their order
/// @throws input_error when the file cannot be opened, is not JSON, or is nested deeper than any real one
template <class Json = nlohmann::json>
Json read_json_object(const std::filesystem::path& path) {
    const std::string text = read_file(path);
    const auto limit_depth = [&](int depth, typename Json::parse_event_t, Json&) {
        // Comparing and printing a document recurse.
        if (depth > 64) throw input_error(path.string() + ": is nested deeper than 64");
        return true;
    };
    Json document;
    try {
        document = Json::parse(std::string_view(text), limit_depth);
    } catch (const typename Json::parse_error& failure) {
        throw input_error(path.string() + ": is not valid JSON in UTF-8 at byte " + to_string(failure.byte));
    } catch (const typename Json::out_of_range&) {
        throw input_error(path.string() + ": holds a number beyond the range of float64");
    }
    if (!document.is_object()) throw input_error(path.string() + ": is not a JSON object");
    return document;
}

}  // namespace bouillon::detail
