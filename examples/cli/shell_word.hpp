// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// A word as a shell takes it: in quotes where it has to be.
std::string shell_word(const std::string& word);
