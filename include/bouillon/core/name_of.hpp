// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace bouillon {

/// The name by which a space, a kernel or an acquisition is known outside of the program, as in a journal.
///
/// It is what the member `std::string name() const` returns, and stays when the type is renamed.
/// @returns the name, or "unnamed" where there is no such member
template <class Named>
std::string name_of(const Named& thing) {
    if constexpr (requires {
                      { thing.name() } -> std::convertible_to<std::string>;
                  })
        return thing.name();
    else
        return "unnamed";
}

/// The name of what is made of others: "sum(matern52, quadratic)".
template <class... Parts>
std::string name_of_composite(std::string_view whole, const Parts&... parts) {
    std::string text;
    ((text += (text.empty() ? "" : ", ") + name_of(parts)), ...);
    return std::string(whole) + '(' + text + ')';
}

}  // namespace bouillon
