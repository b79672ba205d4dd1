// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>

#include <span>
#include <string>
#include <string_view>

// An option that names a part of the search is a row of a table: its name, what the help says of it, and what it stands
// for. An argument is a pointer to its row; it is null where nothing is chosen.

/// The row of a table that has a name.
/// @param choices the table
/// @param name of one of them
/// @param of what they are, for the message
/// @throws input_error where there is none
template <class Choice>
const Choice& choice_named(std::span<const Choice> choices, std::string_view name, const std::string& of) {
    std::string names;
    for (const Choice& choice : choices) {
        if (choice.name == name) return choice;
        names += (names.empty() ? "" : ", ") + std::string(choice.name);
    }
    throw bouillon::input_error("there is no " + of + " '" + std::string(name) + "' among " + names);
}
