// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <string>

namespace bouillon {

/// A number as the shortest decimal that reads back exactly: "0.1", "-1e-09", "inf", "nan".
inline std::string to_decimal(double number) {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

}  // namespace bouillon
