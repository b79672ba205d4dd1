// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// The files of page/, which the build puts into the program (cmake/embed_text.cmake).

extern const std::string_view page_html;  // the skeleton, with {{names}} where its parts go
extern const std::string_view page_css;   // for narrow and wide screens, light and dark, and paper
