// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

/// The page's style sheet: for narrow and wide screens, light and dark, and paper.
extern const char* const page_style;

/// A part of the page with a title and what to know about it; nothing where there is no content.
std::string section(const std::string& title, const std::string& note, const std::string& content);

/// A table, of which a narrow screen makes a block a row. rows: as many texts as titles each, the first the row's name.
std::string table(const std::vector<std::string>& titles, const std::vector<std::vector<std::string>>& rows,
                  bool last_is_found = false);
