// SPDX-License-Identifier: Apache-2.0
#include "html_report.hpp"

#include <bouillon/core/error.hpp>

#include "svg_chart.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <span>
#include <utility>

namespace {

constexpr const char* style = R"(
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
.table { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .92rem; }
th, td { padding: .25rem .8rem .25rem 0; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; } tr.found { font-weight: 600; }
.bar { display: grid; grid-template-columns: minmax(5rem, 25%) 1fr 4.5rem; gap: .6rem; align-items: center; font-size: .92rem; }
.bar div { height: .8rem; background: var(--ink); border-radius: .2rem; } .bar .below { background: var(--best); }
.bar span { overflow: hidden; text-overflow: ellipsis; } .bar span:last-child { text-align: right; font-variant-numeric: tabular-nums; }
pre { overflow-x: auto; padding: .7rem; border: 1px solid var(--line); border-radius: .4rem; white-space: pre-wrap; overflow-wrap: anywhere; }
@media print { body { max-width: none; } figure, table { break-inside: avoid; } }
)";

std::string number(double value, const char* format = "%.4f") {
    if (!std::isfinite(value)) return "";
    char text[48];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

std::string section(const std::string& title, const std::string& note, const std::string& content) {
    if (content.empty()) return "";
    return "<section><h2>" + escape_markup(title) + "</h2>\n" +
           (note.empty() ? "" : "<p class=\"note\">" + escape_markup(note) + "</p>\n") + content + "</section>\n";
}

std::string cells(const char* tag, std::span<const std::string> texts) {
    std::string row;
    for (const auto& text : texts) row += std::string("<") + tag + ">" + escape_markup(text) + "</" + tag + ">";
    return row;
}

std::string table(const std::vector<std::string>& titles, const std::vector<std::vector<std::string>>& rows,
                  bool last_is_found = false) {
    std::string text = "<div class=\"table\"><table><thead><tr>" + cells("th", titles) + "</tr></thead><tbody>\n";
    for (const auto& row : rows)
        text += std::string(last_is_found && &row == &rows.back() ? "<tr class=\"found\">" : "<tr>") +
                cells("td", row) + "</tr>\n";
    return text + "</tbody></table></div>\n";
}

const char* documents_of(const bouillon::merge_report& report) {
    if (!report.honest()) return "search";
    return report.gains_on == bouillon::gain_documents::test ? "test" : "confirm";
}

std::string trials_chart(const report_page& page) {
    std::vector<double> numbers, best;  // (trials that did not fail): the best gain until then
    double low = 0, high = 0;
    for (const auto& trial : page.trials)
        if (trial.gain) {
            numbers.push_back(static_cast<double>(trial.number));
            best.push_back(best.empty() ? *trial.gain : std::max(best.back(), *trial.gain));
            low = std::min(low, *trial.gain);
            high = std::max(high, *trial.gain);
        }
    if (best.empty()) return "";
    // One poor trial must not press the others together: what is more than twice the best gain below 0 is cut off.
    low = std::max(low, -2 * std::max(high, 1e-6));
    svg_chart chart("trial", "gain over the newest, " + page.unit, {0, static_cast<double>(page.trials.back().number)},
                    {low, high});
    chart.horizontal(0, "newest");
    const auto& rows = page.report.rows;
    const auto compared = std::span(rows).first(rows.size() - 1);
    const auto top = std::ranges::max_element(compared, {}, [](const auto& row) { return row.search_gain.gain; });
    if (top != compared.end() && top->search_gain.gain > 0) chart.horizontal(top->search_gain.gain, top->name);
    chart.line(numbers, best, "best");
    for (const auto& trial : page.trials)
        if (trial.gain) chart.point(static_cast<double>(trial.number), *trial.gain, trial.standard_error, "trial");
    return "<figure class=\"wide\">" + chart.svg("gain against trial") + "</figure>\n";
}

/// What the chart shows, and what the trials took.
std::string trials_note(const report_page& page) {
    std::size_t scored = 0, all = 0, failed = 0;
    for (const auto& trial : page.trials) {
        scored += trial.documents;
        all = std::max(all, trial.documents);
        failed += !trial.gain;
    }
    std::string note =
        "Gain of each trial over the newest checkpoint on the search documents, with its standard error; the best so "
        "far; dashed: the newest checkpoint and the best baseline.";
    if (scored > 0)
        note += " Scored: " + std::to_string(scored) + " documents in " + std::to_string(page.trials.size()) +
                " trials, where one has " + std::to_string(all) + " at most.";
    if (failed > 0) note += " Failed: " + std::to_string(failed) + ".";
    return note;
}

std::string slice_chart(const posterior_slice& slice, const report_page& page, std::size_t coordinate) {
    if (slice.at.size() < 2) return "";
    std::vector<double> low, high;
    for (std::size_t i = 0; i < slice.at.size(); ++i) {
        low.push_back(slice.gain[i] - 2 * slice.deviation[i]);
        high.push_back(slice.gain[i] + 2 * slice.deviation[i]);
    }
    svg_chart chart(slice.coordinate, "gain, " + page.unit, {slice.at.front(), slice.at.back()},
                    {std::ranges::min(low), std::ranges::max(high)});
    chart.band(slice.at, low, high);
    chart.line(slice.at, slice.gain, "mean");
    if (page.slices.size() == 1)  // on a line the trials lie on the curve; elsewhere they lie beside the slice
        for (const auto& trial : page.trials)
            if (trial.gain) chart.point(trial.point[coordinate], *trial.gain, trial.standard_error, "trial");
    chart.vertical(slice.recommended);
    return "<figure>" + chart.svg("posterior gain along " + slice.coordinate) + "</figure>\n";
}

std::string slices_section(const report_page& page) {
    std::string charts;
    for (std::size_t i = 0; i < page.slices.size(); ++i) charts += slice_chart(page.slices[i], page, i);
    if (charts.empty()) return "";
    return section("What the search believes",
                   "Posterior mean of the gain and two standard deviations, along each coordinate through the "
                   "recommendation (dashed). Where weights sum to 1, the others make room in their proportions.",
                   "<div class=\"charts\">" + charts + "</div>\n");
}

std::string results_table(const report_page& page) {
    const bool honest = page.report.honest();
    const std::string where = documents_of(page.report);
    std::vector<std::string> titles = {"merge", "search loss", "standard error"};
    if (honest) titles.insert(titles.end(), {where + " loss", "standard error"});
    titles.insert(titles.end(), {"gain", "95 % interval", "significant"});
    std::vector<std::vector<std::string>> rows;
    for (const auto& row : page.report.rows) {
        std::vector<std::string> line = {row.name, number(row.search.mean), number(row.search.standard_error())};
        if (honest) line.insert(line.end(), {number(row.test->mean), number(row.test->standard_error())});
        const bool newest = &row == &page.report.rows.front(), testable = row.gain.testable();
        line.push_back(newest ? "" : number(row.gain.gain, "%+.4f"));
        line.push_back(
            newest || !testable ? "" : number(row.gain.lower(), "%+.4f") + " to " + number(row.gain.upper(), "%+.4f"));
        line.push_back(newest ? "" : !testable ? "unknown" : row.gain.significant ? "yes" : "no");
        rows.push_back(std::move(line));
    }
    return table(titles, rows, true);
}

std::string bars(std::span<const double> weights, const report_page& page) {
    double largest = 0;
    for (const double weight : weights) largest = std::max(largest, std::abs(weight));
    std::string text;
    for (std::size_t k = 0; k < weights.size(); ++k)
        text += "<div class=\"bar\"><span>" + escape_markup(page.names.checkpoints[k]) + "</span><div" +
                (weights[k] < 0 ? " class=\"below\"" : "") +
                " style=\"width:" + number(largest > 0 ? 100 * std::abs(weights[k]) / largest : 0, "%.1f") +
                "%\"></div><span>" + number(weights[k], "%.4f") + "</span></div>\n";
    return text;
}

std::string weights_section(const report_page& page) {
    const std::span<const double> weights = page.report.found().merge_weights;
    const std::size_t checkpoints = page.names.checkpoints.size();
    if (weights.size() == checkpoints) return section("The found merge", "Merge weights.", bars(weights, page));
    std::vector<std::string> titles = {"checkpoint"};
    std::vector<std::vector<std::string>> rows;
    for (std::size_t k = 0; k < checkpoints; ++k) {
        rows.push_back({page.names.checkpoints[k]});
        for (std::size_t g = 0; g < page.names.groups.size(); ++g)
            rows.back().push_back(number(weights[g * checkpoints + k]));
    }
    titles.insert(titles.end(), page.names.groups.begin(), page.names.groups.end());
    return section("The found merge", "Merge weights of each group of tensors.", table(titles, rows));
}

std::string checkpoints_section(const report_page& page) {
    std::vector<std::vector<std::string>> alone, between;
    for (const auto& checkpoint : page.checkpoints)
        alone.push_back({checkpoint.name, number(checkpoint.loss), number(checkpoint.standard_error)});
    for (const auto& pair : page.distances)
        between.push_back({pair.older + " to " + pair.newer, number(pair.distance, "%.4g"),
                           number(100 * pair.relative, "%.2f %%"), number(pair.cosine, "%.6f")});
    std::string text;
    if (!alone.empty()) text += table({"checkpoint alone", "search loss", "standard error"}, alone);
    if (!between.empty()) text += "<p></p>" + table({"neighbours", "distance", "of the norm", "cosine"}, between);
    return section("The checkpoints", "Losses in " + page.unit + "; Euclidean distances between neighbours' tensors.",
                   text);
}

std::string reproduce_section(const report_page& page) {
    std::string text = "<pre>" + escape_markup(page.command) + "</pre>\n<p class=\"note\">bouillon " +
                       escape_markup(page.version) + (page.journal.empty() ? "" : "; journal ") +
                       escape_markup(page.journal) + "</p>\n";
    return section("How to reproduce it", "", text);
}

}  // namespace

std::string html_report(const report_page& page) {
    std::string warnings;
    for (const auto& warning : page.report.warnings)
        warnings += "<p class=\"warning\"><b>Warning</b>: " + escape_markup(warning.text) + ".</p>\n";
    return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
           "<title>bouillon: report of a search</title><style>" +
           std::string(style) + "</style></head><body>\n<h1>" + escape_markup(page.decision) + "</h1>\n" + warnings +
           section("Trials", trials_note(page), trials_chart(page)) + slices_section(page) +
           section("Beside the baselines",
                   "Losses and gains in " + page.unit + "; gains over the newest checkpoint on the " +
                       documents_of(page.report) + " documents.",
                   results_table(page)) +
           weights_section(page) + checkpoints_section(page) + reproduce_section(page) + "</body></html>\n";
}

report_file::report_file(std::filesystem::path path, bool force) : path_(std::move(path)) {
    if (!force && std::filesystem::exists(path_))
        throw bouillon::input_error(path_.string() + ": exists already (--force replaces it)");
    const std::filesystem::path partial = path_.string() + ".partial";
    if (std::filesystem::is_directory(path_) || !std::ofstream(partial))
        throw bouillon::input_error(path_.string() + ": cannot be written");
    partial_ = partial;
}

report_file::~report_file() {
    std::error_code ignored;
    if (!partial_.empty()) std::filesystem::remove(partial_, ignored);
}

void report_file::publish(const std::string& text) {
    std::ofstream file(partial_, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    std::error_code failure;
    if (file) std::filesystem::rename(partial_, path_, failure);
    if (!file || failure) throw bouillon::work_error(path_.string() + ": cannot be written");
    partial_.clear();
}
