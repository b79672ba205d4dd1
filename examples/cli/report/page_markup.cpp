// SPDX-License-Identifier: Apache-2.0
#include "report/page_markup.hpp"

#include "report/svg_chart.hpp"

#include <cstddef>

std::string section(const std::string& title, const std::string& note, const std::string& content) {
    if (content.empty()) return "";
    return "<section><h2>" + escape_markup(title) + "</h2>\n" +
           (note.empty() ? "" : "<p class=\"note\">" + escape_markup(note) + "</p>\n") + content + "</section>\n";
}

std::string filled(std::string_view skeleton, const std::map<std::string_view, std::string>& parts) {
    std::string text;
    for (std::size_t begin; (begin = skeleton.find("{{")) != skeleton.npos;) {
        const std::size_t end = skeleton.find("}}", begin);
        text += skeleton.substr(0, begin);
        text += parts.at(skeleton.substr(begin + 2, end - begin - 2));
        skeleton.remove_prefix(end + 2);
    }
    return text.append(skeleton);
}

std::string table(const std::vector<std::string>& titles, const std::vector<std::vector<std::string>>& rows,
                  bool last_is_found) {
    std::string text = "<table><thead><tr>";
    for (const auto& title : titles) text += "<th>" + escape_markup(title) + "</th>";
    text += "</tr></thead><tbody>\n";
    for (const auto& row : rows) {
        text += last_is_found && &row == &rows.back() ? "<tr class=\"found\">" : "<tr>";
        for (std::size_t column = 0; column < row.size(); ++column)
            text += "<td data-title=\"" + escape_markup(titles[column]) + "\">" + escape_markup(row[column]) + "</td>";
        text += "</tr>\n";
    }
    return text + "</tbody></table>\n";
}
