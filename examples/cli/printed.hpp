// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// printf into a string of at most 511 characters.
[[gnu::format(printf, 1, 2)]] std::string printed(const char* format, ...);

/// A number as printf has it; nothing for one that is not known.
std::string number(double value, const char* format = "%.4f");

/// Seconds such as "0.35 s", "40 s", "12 min" or "7 h 5 min".
std::string duration_text(double seconds);
