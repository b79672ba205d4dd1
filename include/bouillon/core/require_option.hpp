// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <string>
#include <string_view>

namespace bouillon::detail {

/// Refuses an option's value in one sentence: "maximize.grid is 1, but it must be 2 or more".
///
/// @param usable whether the value is what it must be
/// @param owner what the option belongs to; empty for nothing
/// @param option its name
/// @param value as the caller gave it
/// @param must_be what it must be, in words
/// @throws input_error where it is not usable
template <class Number>
void require_option(bool usable, std::string_view owner, std::string_view option, Number value,
                    std::string_view must_be) {
    if (usable) return;
    std::string text(owner);
    if (!owner.empty()) text += '.';
    text += option;
    throw input_error(text + " is " + to_string(value) + ", but it must be " + std::string(must_be));
}

}  // namespace bouillon::detail
