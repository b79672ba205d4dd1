// SPDX-License-Identifier: Apache-2.0
#include "report/report_output.hpp"

#include "printed.hpp"

#include <algorithm>
#include <span>

namespace {

std::string pad(const std::string& text, std::size_t width) {
    return text + std::string(std::max(width, text.size()) - text.size(), ' ');
}

std::string gain_text(const bouillon::paired_gain& gain) {
    if (!gain.testable()) return printed("%+.4f", gain.gain);
    return printed("%+.4f (%.4f)", gain.gain, gain.standard_error);
}

const char* significance(const bouillon::paired_gain& gain) {
    if (!gain.testable()) return "unknown";
    return gain.significant ? "yes" : "no";
}

/// " CHECKPOINT:WEIGHT" for each.
std::string weights_text(std::span<const double> merge_weights, const merge_weight_names& names) {
    std::string text;
    for (std::size_t k = 0; k < names.checkpoints.size(); ++k)
        text += ' ' + names.checkpoints[k] + printed(":%.6g", merge_weights[k]);
    return text;
}

std::string found_text(const std::vector<double>& merge_weights, const merge_weight_names& names) {
    if (merge_weights.size() == names.checkpoints.size())
        return "\nFound merge:" + weights_text(merge_weights, names) + '\n';
    std::string text = "\nFound merge, by groups of tensors:\n";
    for (std::size_t g = 0; g < names.groups.size(); ++g)
        text += "  " + names.groups[g] + ':' + weights_text(names.of_group(merge_weights, g), names) + '\n';
    return text;
}

/// Rows of cells, in columns as wide as they need.
std::string columns_text(const std::vector<std::vector<std::string>>& cells) {
    std::string text;
    for (const auto& line : cells) {
        for (std::size_t column = 0; column + 1 < line.size(); ++column) {
            std::size_t width = 0;
            for (const auto& other : cells) width = std::max(width, other[column].size());
            text += pad(line[column], width + 2);
        }
        text += line.back() + '\n';
    }
    return text;
}

/// What each merge gains in each held-out set; nothing where there is one.
std::string sets_text(const bouillon::merge_report& report) {
    if (report.found().domains.empty()) return "";
    std::vector<std::vector<std::string>> cells = {{"gain by set (se)"}};
    for (const auto& [name, gain] : report.found().domains) cells[0].push_back(name);
    for (const auto& row : std::span(report.rows).subspan(1)) {
        cells.push_back({row.name});
        for (const auto& [name, gain] : row.domains)
            cells.back().push_back(gain_text(gain) + (gain.testable() && gain.significant ? " *" : ""));
    }
    return '\n' + columns_text(cells) + "*: significant at 95 % for all sets of a merge together (Holm's correction)\n";
}

/// The merges that no other beats; nothing where there is one set.
std::string front_text(const merge_front& front, const merge_weight_names& names) {
    if (front.size == 0) return "";
    std::vector<std::vector<std::string>> cells = {{"front", "trial"}};
    cells[0].insert(cells[0].end(), front.sets.begin(), front.sets.end());
    cells[0].push_back("merge weights");
    for (const auto& merge : front.front()) {
        cells.push_back({bouillon::to_string(cells.size()), bouillon::to_string(merge.trial)});
        for (const auto& gain : merge.gains)
            cells.back().push_back(printed("%+.4f (%.4f)", gain.mean, gain.standard_error()));
        std::string weights = "by groups of tensors";
        if (merge.merge_weights.size() == names.checkpoints.size()) {
            weights.clear();
            for (const double weight : merge.merge_weights)
                weights += (weights.empty() ? "" : " ") + printed("%.4g", weight);
        }
        cells.back().push_back(weights);
    }
    return "\nThe front: trials that no other beats in every set, by their gains (se) on the search documents\n" +
           columns_text(cells);
}

/// A sentence for each guard, with a space before it.
std::string guards_text(const std::vector<bouillon::guard_verdict>& guards) {
    std::string text;
    for (const auto& [guard, gain, state, p_value] : guards) {
        const char* const verb = state == bouillon::guard_state::kept     ? "It keeps"
                                 : state == bouillon::guard_state::broken ? "But it breaks"
                                                                          : "But it is not shown to keep";
        text +=
            std::string(" ") + verb + " the guard on " + guard.domain +
            printed(", where a loss of %.4g is allowed and it gains %s", guard.allowed_loss, gain_text(gain).c_str());
        if (!std::isnan(p_value)) text += printed(", p = %.2g", p_value);
        text += ".";
    }
    return text;
}

}  // namespace

std::string with_error(const bouillon::loss_estimate& loss) {
    if (std::isnan(loss.variance)) return printed("%.4f", loss.mean);
    return printed("%.4f (%.4f)", loss.mean, loss.standard_error());
}

const char* documents_name(bouillon::gain_documents set) {
    if (set == bouillon::gain_documents::test) return "test";
    return set == bouillon::gain_documents::confirm ? "confirm" : "search";
}

std::string decision_text(const bouillon::merge_report& report, const std::string& newest,
                          const loss_wording& wording) {
    const auto& gain = report.found().gain;
    const std::string guarded = guards_text(report.guards);
    if (!gain.testable())
        return printed(
                   "Decision: %s. It measures %+.4f better than %s; one number a merge cannot tell if that is "
                   "significant.",
                   report.merge() ? "use the found merge" : "keep the newest", gain.gain, newest.c_str()) +
               guarded;
    if (bouillon::single_checkpoint(report.found().merge_weights) == report.found().merge_weights.size() - 1)
        return "Decision: keep the newest. No merge that was tried promises more than " + newest + " alone" +
               (report.guards.empty() ? "." : " and keeps the guards.");
    std::string where = printed("%zu %s ", gain.documents, documents_name(report.gains_on)) + wording.of;
    if (!report.honest()) where += ", by which the merge was chosen: it is less in truth";
    const std::string figure =
        printed("%+.4f %s (%.3g %% interval %+.4f to %+.4f) over %s on %s", gain.gain, wording.gains.c_str(),
                100 * (1 - gain.level), gain.lower(), gain.upper(), newest.c_str(), where.c_str());
    if (report.merge()) return "Decision: use the found merge. Its gain is significant: " + figure + "." + guarded;
    if (report.gains())
        return "Decision: keep the newest. The gain of the found merge is significant: " + figure + "." + guarded;
    if (gain.significant) return "Decision: keep the newest. The found merge is significantly worse: " + figure + ".";
    return "Decision: keep the newest. The found merge has no significant gain: " + figure + ".";
}

std::string result_text(const bouillon::merge_report& report, const merge_front& front, const merge_weight_names& names,
                        const loss_wording& wording) {
    std::vector<std::vector<std::string>> cells = {{"merge", "search loss (se)",
                                                    std::string(documents_name(report.gains_on)) + " loss (se)",
                                                    "gain over newest (se)", "significant at 95 %"}};
    if (!report.honest()) cells[0].erase(cells[0].begin() + 2);
    for (const auto& row : report.rows) {
        std::vector<std::string> line = {row.name, with_error(row.search)};
        if (report.honest()) line.push_back(with_error(*row.test));
        const bool newest = &row == &report.rows.front();
        line.push_back(newest ? "-" : gain_text(row.gain));
        line.push_back(newest ? "-" : significance(row.gain));
        cells.push_back(line);
    }
    std::string text = columns_text(cells) + sets_text(report) + front_text(front, names);
    text += found_text(report.found().merge_weights, names) + decision_text(report, names.checkpoints.back(), wording) +
            '\n';
    for (const auto& warning : report.warnings) text += "Warning: " + warning.text + ".\n";
    return text;
}
