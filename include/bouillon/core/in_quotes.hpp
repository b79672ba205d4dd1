// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bouillon {
namespace detail {

/// A character of UTF-8 text, or as much of one as stands before the byte that cannot go on with it.
struct utf8_character {
    char32_t code_point;  ///< U+FFFD, which stands for bytes that are no character, where it is not whole
    std::size_t size;     ///< bytes
};

/// The first character of a text that is not empty. Reference: The Unicode Standard 15, table 3-7.
inline utf8_character first_character(std::string_view text) {
    constexpr char32_t replacement = 0xfffd;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (size == 0) return {replacement, 1};
    char32_t code_point = lead & (0x7fu >> size);
    // What the second byte may be excludes longer forms than needed, surrogates, and numbers above U+10FFFF.
    unsigned lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (std::size_t i = 1; i < size; ++i, lowest = 0x80, highest = 0xbf) {
        if (i == text.size() || byte(i) < lowest || byte(i) > highest) return {replacement, i};
        code_point = code_point << 6 | (byte(i) & 0x3f);
    }
    return {code_point, size};
}

inline void append_escape(std::string& text, unsigned unit) {
    text += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) text += "0123456789abcdef"[unit >> shift & 0xf];
}

}  // namespace detail

/// Text from a file or a user as a message shows it: a JSON string of printable ASCII, everything else escaped.
///
/// Bytes that are no UTF-8 are shown as U+FFFD. So no text can steer the terminal that shows it.
inline std::string in_quotes(std::string_view text) {
    constexpr std::string_view special = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt";
    std::string quoted = "\"";
    while (!text.empty()) {
        const auto [code_point, size] = detail::first_character(text);
        if (const auto letter = code_point < 0x80 ? special.find(text[0]) : special.npos; letter != special.npos)
            (quoted += '\\') += letters[letter];
        else if (code_point >= 0x20 && code_point < 0x7f)
            quoted += text[0];
        else if (code_point < 0x10000)
            detail::append_escape(quoted, static_cast<unsigned>(code_point));
        else {
            detail::append_escape(quoted, 0xd7c0 + static_cast<unsigned>(code_point >> 10));
            detail::append_escape(quoted, 0xdc00 + static_cast<unsigned>(code_point & 0x3ff));
        }
        text.remove_prefix(size);
    }
    return quoted += '"';
}

}  // namespace bouillon
