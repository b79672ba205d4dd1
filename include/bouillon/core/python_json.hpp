// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bouillon::detail {

/// JSON whose Infinity, -Infinity and NaN, which Python's json writes and JSON does not have, are strings.
struct quoted_json {
    std::string text;
    std::vector<std::size_t> quotes;  ///< (quotes that were put in), from 0, where they stand in `text`

    /// The place of a byte of `text` before, both counted from 1.
    std::size_t place_before(std::size_t byte) const {
        std::size_t put_in = 0;
        while (put_in < quotes.size() && quotes[put_in] + 1 < byte) ++put_in;
        return byte - put_in;
    }
};

/// Puts the numbers that are not finite into quotes where they stand outside of strings.
/// @param json as Python writes it
inline quoted_json quote_non_finite(std::string_view json) {
    constexpr std::array<std::string_view, 3> numbers = {"-Infinity", "Infinity", "NaN"};
    quoted_json result;
    bool in_string = false;
    for (std::size_t i = 0; i < json.size();) {
        std::size_t length = 1;
        if (in_string && json[i] == '\\')
            length = 2;
        else if (json[i] == '"')
            in_string = !in_string;
        bool quoted = false;
        for (const std::string_view number : numbers)
            if (!in_string && !quoted && json.substr(i).starts_with(number)) {
                quoted = true;
                length = number.size();
            }
        if (quoted) result.quotes.push_back(result.text.size());
        result.text.append(quoted ? "\"" : "").append(json.substr(i, length));
        if (quoted) result.quotes.push_back(result.text.size());
        result.text += quoted ? "\"" : "";
        i += length;
    }
    return result;
}

}  // namespace bouillon::detail
