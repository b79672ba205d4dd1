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

std::string duration_text(double seconds) {
    if (seconds < 10) return printed("%.2g s", seconds);
    const auto whole = static_cast<long>(std::ceil(seconds));
    if (whole < 120) return printed("%ld s", whole);
    const long minutes = (whole + 59) / 60;
    return minutes < 120 ? printed("%ld min", minutes) : printed("%ld h %ld min", minutes / 60, minutes % 60);
}
