// SPDX-License-Identifier: Apache-2.0
#include "scoring/window_length.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/model/decoder.hpp>

#include <algorithm>
#include <cstdio>

std::size_t window_length(const bouillon::decoder& model, std::size_t asked) {
    using bouillon::to_string;
    if (asked > model.context)
        throw bouillon::input_error("--window " + to_string(asked) + " is longer than the model's context of " +
                                    to_string(model.context) + " tokens");
    return asked > 0 ? asked : std::min(model.context, bouillon::default_window);
}

void note_window(std::size_t window, std::size_t context, std::size_t asked) {
    if (asked > 0 || window >= context) return;
    std::fprintf(stderr, "window: documents are cut every %zu tokens; the model's context is %zu (--window)\n", window,
                 context);
}
