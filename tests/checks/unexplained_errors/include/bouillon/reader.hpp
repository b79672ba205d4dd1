// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>

inline void read(const std::string& file, int bytes) {
    // throw input_error("in a comment, which is no site");
    if (bytes == 0) throw input_error(file + ": is explained, \"as it should be\"");
    if (bytes == 1) throw work_error(file + ": has " + to_string(bytes) + " bytes, which no entry explains");
    const auto fail = [&](const std::string& what) { throw input_error(file + ": tensor " + what); };
    if (bytes == 2) fail("is unexplained though a lambda throws it");
}

inline void hand_on(const std::string& text) { throw input_error(text); }
inline void hand_on_with_words(const std::string& what) { throw input_error("this reader says: " + what); }
