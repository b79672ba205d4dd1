// SPDX-License-Identifier: Apache-2.0
#include "shell_word.hpp"

#include <bouillon/score/external_command.hpp>

std::string shell_word(const std::string& word) {
    const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$&;|<>()*?[]{}#~`!") == word.npos;
    return plain ? word : bouillon::shell_quote(word);
}
