// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "choices/choice.hpp"
#include <CLI/App.hpp>
#include <CLI/Option.hpp>

#include <span>
#include <string>
#include <type_traits>
#include <vector>

/// Adds an option whose value is the name of a row of a table. Its default is the row that `chosen` points to.
/// @param choices the table; must outlive the program's options, as must `chosen`
template <class Choice>
CLI::Option* add_choice(CLI::App& command, const std::string& option, const Choice*& chosen,
                        std::type_identity_t<std::span<const Choice>> choices, const std::string& help) {
    std::vector<std::string> names;
    for (const Choice& choice : choices) names.emplace_back(choice.name);
    const auto choose = [&chosen, choices, option](const std::string& name) {
        chosen = &choice_named(choices, name, option);
    };
    auto* const added = command.add_option_function<std::string>(option, choose, help)->check(CLI::IsMember(names));
    if (chosen) added->default_str(std::string(chosen->name));
    return added;
}
