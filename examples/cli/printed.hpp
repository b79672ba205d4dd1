// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// printf into a string of at most 511 characters.
[[gnu::format(printf, 1, 2)]] std::string printed(const char* format, ...);

/// A number as printf has it; nothing for one that is not known.
std::string number(double value, const char* format = "%.4f");
