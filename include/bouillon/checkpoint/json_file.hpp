// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/input_file.hpp>
#include <bouillon/core/python_json.hpp>
#include <bouillon/core/to_string.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace bouillon::detail {

/// @param place_of a byte of the text, from 1, in the file
template <class Json, class Place>
Json parse_json_object(std::string_view text, const std::filesystem::path& path, const Place& place_of) {
    const auto limit_depth = [&](int depth, typename Json::parse_event_t, Json&) {
        // Comparing and printing a document recurse.
        if (depth > 64) throw input_error(path.string() + ": is nested deeper than 64");
        return true;
    };
    Json document;
    try {
        document = Json::parse(text, limit_depth);
    } catch (const typename Json::parse_error& failure) {
        throw input_error(path.string() + ": is not valid JSON in UTF-8 at byte " + to_string(place_of(failure.byte)));
    } catch (const typename Json::out_of_range&) {
        throw input_error(path.string() + ": holds a number beyond the range of float64");
    }
    if (!document.is_object()) throw input_error(path.string() + ": is not a JSON object");
    return document;
}

/// Reads a JSON file whose root is an object.
/// @tparam Json an ordered_json keeps its keys in their order
/// @throws input_error when the file cannot be opened, is not JSON, or is nested deeper than any real one
template <class Json = nlohmann::json>
Json read_json_object(const std::filesystem::path& path) {
    return parse_json_object<Json>(read_file(path), path, [](std::size_t byte) { return byte; });
}

/// The same of a file that Python wrote, whose numbers may be Infinity, -Infinity and NaN: they become strings.
inline nlohmann::json read_python_object(const std::filesystem::path& path) {
    const quoted_json quoted = quote_non_finite(read_file(path));
    return parse_json_object<nlohmann::json>(quoted.text, path,
                                             [&](std::size_t byte) { return quoted.place_before(byte); });
}

}  // namespace bouillon::detail
