// SPDX-License-Identifier: Apache-2.0
#include "page_markup.hpp"

#include "svg_chart.hpp"

#include <cstddef>

const char* const page_style = R"(
:root { color-scheme: light dark; --text: #1c2024; --soft: #60646c; --line: #d9dbe0; --paper: #ffffff; --ink: #0b68cb;
        --best: #b4540a; --band: #0b68cb26; --warn: #fff4d6; }
@media (prefers-color-scheme: dark) {
  :root { --text: #edeef0; --soft: #b0b4ba; --line: #363a3f; --paper: #111113; --ink: #70b8ff; --best: #ffa057;
          --band: #70b8ff2e; --warn: #3a2f12; } }
body { margin: 0 auto; padding: 1.2rem; max-width: 74rem; color: var(--text); background: var(--paper);
       font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.3rem; line-height: 1.35; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p.note, figcaption { color: var(--soft); font-size: .88rem; }
.warning { background: var(--warn); padding: .5rem .8rem; border-radius: .4rem; margin: .4rem 0; }
.charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(23rem, 100%), 1fr)); }
figure { margin: 0; } figure.wide { max-width: 46rem; }
svg { width: 100%; height: auto; display: block; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; }
svg .label { fill: var(--text); paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
svg .grid { stroke: var(--line); stroke-width: .6; } svg .rule { stroke: var(--soft); stroke-dasharray: 4 3; }
svg .error { stroke: var(--ink); opacity: .45; } svg .trial { fill: var(--ink); }
svg polyline { fill: none; stroke: var(--ink); stroke-width: 1.6; } svg .best { stroke: var(--best); } svg .band { fill: var(--band); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { padding: .25rem .8rem .25rem 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; } tr.found { font-weight: 600; }
@media (max-width: 48rem) { /* a table that is too wide becomes a block a row, each value beside its column's title */
  table, tbody { display: block; } thead { display: none; }
  tr { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); gap: 0 1.4rem; padding: .5rem 0;
       border-bottom: 1px solid var(--line); }
  td { display: flex; justify-content: space-between; gap: .8rem; padding: .1rem 0; border: 0; white-space: normal; }
  td:first-child { grid-column: 1 / -1; font-weight: 600; } td:empty { display: none; }
  td:not(:first-child)::before { content: attr(data-title); color: var(--soft); font-weight: 400; } }
.bar { display: grid; grid-template-columns: minmax(5rem, 25%) 1fr 4.5rem; gap: .6rem; align-items: center; font-size: .92rem; }
.bar div { height: .8rem; background: var(--ink); border-radius: .2rem; } .bar .below { background: var(--best); }
.bar span { overflow: hidden; text-overflow: ellipsis; } .bar span:last-child { text-align: right; font-variant-numeric: tabular-nums; }
pre { overflow-x: auto; padding: .7rem; border: 1px solid var(--line); border-radius: .4rem; white-space: pre-wrap; overflow-wrap: anywhere; }
@media print { body { max-width: none; } figure, table { break-inside: avoid; } }
)";

std::string section(const std::string& title, const std::string& note, const std::string& content) {
    if (content.empty()) return "";
    return "<section><h2>" + escape_markup(title) + "</h2>\n" +
           (note.empty() ? "" : "<p class=\"note\">" + escape_markup(note) + "</p>\n") + content + "</section>\n";
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
