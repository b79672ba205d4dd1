// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace bouillon {

/// A number as the shortest decimal that reads back exactly: "12", "0.1", "-1e-09", "inf", "nan".
template <class Number>
requires(std::is_integral_v<Number> || std::is_same_v<Number, double> || std::is_same_v<Number, float>) std::string
    to_string(Number number) {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

std::string to_string(bool) = delete;
std::string to_string(char) = delete;

/// A shape as "[1024, 96]".
inline std::string to_string(const std::vector<std::size_t>& shape) {
    std::string text = "[";
    for (const std::size_t dimension : shape) {
        if (text.size() > 1) text += ", ";
        text += to_string(dimension);
    }
    return text + ']';
}

}  // namespace bouillon
