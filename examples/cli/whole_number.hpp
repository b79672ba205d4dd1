// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/to_string.hpp>

#include <CLI/App.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Whether a text is a whole number from `least` on. Reading another one as an unsigned type would wrap what is
/// negative around, and cut off what is too large.
inline bool is_whole_number(std::string_view text, std::uint64_t least = 0) {
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    return problem == std::errc() && end == text.data() + text.size() && number >= least;
}

/// Checks an option of an unsigned type.
inline CLI::Validator whole_number(std::uint64_t least = 0) {
    return CLI::Validator(
        [least](const std::string& text) {
            return is_whole_number(text, least)
                       ? ""
                       : "'" + text + "' is no whole number from " + bouillon::to_string(least) + " to 2^64 - 1";
        },
        "");
}

/// Makes a number of bytes of a size: "5GB", "4GiB", "65536".
inline CLI::Validator size_in_bytes() {
    return CLI::Validator(
        [](std::string& text) {
            const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
            return is_whole_number(std::string_view(text).substr(0, digits))
                       ? CLI::AsSizeValue(true)(text)
                       : "'" + text + "' is no number of bytes from 0 to 2^64 - 1, such as 65536, 5GB or 4GiB";
        },
        "");
}
