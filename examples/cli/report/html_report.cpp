// SPDX-License-Identifier: Apache-2.0
#include "report/html_report.hpp"

#include <bouillon/core/to_string.hpp>

#include "printed.hpp"
#include "report/page_charts.hpp"
#include "report/page_files.hpp"
#include "report/page_markup.hpp"
#include "report/report_output.hpp"
#include "report/svg_chart.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace {

std::string slices_section(const report_page& page) {
    std::string charts;
    for (std::size_t i = 0; i < page.slices.size(); ++i) charts += slice_chart(page.slices[i], page, i);
    if (charts.empty()) return "";
    return section("What the search believes",
                   "Posterior mean of the gain and two standard deviations, along each coordinate through the "
                   "recommendation (dashed). Where weights sum to 1, the others make room in their proportions.",
                   "<div class=\"charts\">" + charts + "</div>\n");
}

std::string results_section(const report_page& page) {
    const auto& rows = page.report.rows;
    if (rows.empty()) return "";
    const bool honest = page.report.honest();
    const std::string where = documents_name(page.report.gains_on);
    std::vector<std::string> titles = {"merge", "gain", "95 % interval", "significant"};
    if (honest) titles.push_back(where + " loss (se)");
    titles.push_back("search loss (se)");
    std::vector<std::vector<std::string>> lines;
    for (const auto& row : rows) {
        const auto& gain = row.gain;
        std::vector<std::string> line(4);
        line[0] = row.name;
        if (&row != &rows.front()) {  // the newest gains nothing over itself
            line[1] = number(gain.gain, "%+.4f");
            if (gain.testable()) line[2] = number(gain.lower(), "%+.4f") + " to " + number(gain.upper(), "%+.4f");
            line[3] = !gain.testable() ? "unknown" : gain.significant ? "yes" : "no";
        }
        if (honest) line.push_back(with_error(*row.test));
        line.push_back(with_error(row.search));
        lines.push_back(std::move(line));
    }
    return section("Beside the baselines",
                   "Losses: " + page.wording.losses + ", with their standard errors (se). Gains over the newest " +
                       "checkpoint: " + page.wording.gains + ", on the " + where + " " + page.wording.of + ".",
                   table(titles, lines, true));
}

std::string sets_section(const report_page& page) {
    const auto& rows = page.report.rows;
    if (rows.empty() || rows.back().domains.empty()) return "";
    std::vector<std::string> titles = {"merge"};
    for (const auto& [name, gain] : rows.back().domains) titles.push_back(name);
    std::vector<std::vector<std::string>> lines;
    for (const auto& row : std::span(rows).subspan(1)) {
        lines.push_back({row.name});
        for (const auto& [name, gain] : row.domains) {
            std::string cell = number(gain.gain, "%+.4f");
            if (gain.testable())
                cell += " (" + number(gain.lower(), "%+.4f") + " to " + number(gain.upper(), "%+.4f") + ")";
            lines.back().push_back(cell + (gain.testable() && gain.significant ? " *" : ""));
        }
    }
    return section("By held-out set",
                   "Gains over the newest checkpoint on the " + std::string(documents_name(page.report.gains_on)) +
                       " documents of each set, in its own unit, with 95 % intervals; *: significant for all sets of "
                       "a merge together (Holm's correction).",
                   table(titles, lines, true));
}

/// The checkpoints that have a weight, in one cell.
std::string weights_cell(const std::vector<double>& merge_weights, const merge_weight_names& names) {
    if (merge_weights.size() != names.checkpoints.size()) return "by groups of tensors";
    std::string cell;
    for (std::size_t k = 0; k < merge_weights.size(); ++k)
        if (merge_weights[k] != 0)
            cell += (cell.empty() ? "" : ", ") + names.checkpoints[k] + " " + number(merge_weights[k], "%.4g");
    return cell;
}

std::string front_section(const report_page& page) {
    const auto& front = page.front;
    if (front.size == 0) return "";
    std::string charts;
    for (std::size_t set = 1; set < front.sets.size(); ++set) charts += front_chart(front, set, page.wording);
    std::vector<std::string> titles = {"front", "trial"};
    titles.insert(titles.end(), front.sets.begin(), front.sets.end());
    titles.push_back("merge weights");
    std::vector<std::vector<std::string>> rows;
    for (const auto& merge : front.front()) {
        rows.push_back({bouillon::to_string(rows.size() + 1), bouillon::to_string(merge.trial)});
        for (const auto& gain : merge.gains)
            rows.back().push_back(number(gain.mean, "%+.4f") + " (" + number(gain.standard_error(), "%.4f") + ")");
        rows.back().push_back(weights_cell(merge.merge_weights, page.names));
    }
    return section(
        "The front",
        "Merges that no other trial beats, which would gain as much in every set and more in one: gains over "
        "the newest checkpoint on the search documents, with their standard errors, and merge weights. "
        "To have one written: bouillon search with --resume --choose NUMBER --out DIR.",
        "<div class=\"charts\">" + charts + "</div>\n" + table(titles, rows));
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
    if (page.report.rows.empty()) return "";
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
    for (const auto& [name, loss, standard_error] : page.checkpoints)
        alone.push_back({name, number(loss), number(standard_error)});
    for (const auto& pair : page.distances)
        between.push_back({pair.older + " to " + pair.newer, number(pair.distance, "%.4g"),
                           number(100 * pair.relative, "%.2f %%"), number(pair.cosine, "%.6f")});
    std::string note = "Losses: " + page.wording.losses + ". Euclidean distances between neighbours' tensors.";
    if (page.checkpoints.size() < page.names.checkpoints.size())
        note += " Checkpoints that are not named alone were not scored on all search " + page.wording.of +
                "; `bouillon search --report` does that.";
    std::string text;
    if (!alone.empty()) text += table({"checkpoint alone", "search loss", "standard error"}, alone);
    if (!between.empty()) text += "<p></p>" + table({"neighbours", "distance", "of the norm", "cosine"}, between);
    return section("The checkpoints", note, text);
}

std::string reproduce_section(const report_page& page) {
    std::string from = page.version.empty() ? "" : "bouillon " + page.version;
    if (!page.journal.empty()) from += (from.empty() ? "" : "; ") + ("journal " + page.journal);
    return section("How to reproduce it", "",
                   "<pre>" + escape_markup(page.command.empty() ? page.settings : page.command) +
                       "</pre>\n<p class=\"note\">" + escape_markup(from) + "</p>\n");
}

}  // namespace

std::string html_report(const report_page& page) {
    std::string warnings;
    for (const auto& warning : page.report.warnings)
        warnings += "<p class=\"warning\"><b>Warning</b>: " + escape_markup(warning.text) + ".</p>\n";
    return filled(page_html, {{"style", std::string(page_css)},
                              {"decision", escape_markup(page.decision)},
                              {"warnings", warnings},
                              {"trials", section("Trials", trials_note(page), trials_chart(page))},
                              {"beliefs", slices_section(page)},
                              {"results", results_section(page) + sets_section(page) + front_section(page)},
                              {"weights", weights_section(page)},
                              {"checkpoints", checkpoints_section(page)},
                              {"reproduction", reproduce_section(page)}});
}
