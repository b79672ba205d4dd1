// SPDX-License-Identifier: Apache-2.0
#include "printed.hpp"

#include <cmath>
#include <cstdarg>
#include <cstdio>

std::string printed(const char* format, ...) {
    char text[512];
    std::va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return text;
}

std::string number(double value, const char* format) { return std::isfinite(value) ? printed(format, value) : ""; }
