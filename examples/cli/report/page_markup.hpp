// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// A part of the page with a title and what to know about it; nothing where there is no content.
std::string section(const std::string& title, const std::string& note, const std::string& content);

/// A skeleton with its parts in the places that name them: {{name}}.
/// @param skeleton a page
/// @param parts by their names, markup
std::string filled(std::string_view skeleton, const std::map<std::string_view, std::string>& parts);

/// A table, of which a narrow screen makes a block a row. rows: as many texts as titles each, the first the row's name.
std::string table(const std::vector<std::string>& titles, const std::vector<std::vector<std::string>>& rows,
                  bool last_is_found = false);
