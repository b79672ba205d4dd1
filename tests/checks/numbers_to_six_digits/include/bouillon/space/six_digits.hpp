// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

// std::to_string in a comment is not looked at.
inline std::string refusal(double lower) {
    using std::to_string;
    return "the lower bound is " + std::to_string(lower);  // 0.500000 for a bound just above a half
}
