// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/paired_gain.hpp>
#include <bouillon/merge_search/report.hpp>
#include <bouillon/space/concept.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// A gain as "+0.0123 (95 % interval +0.0100 to +0.0146)".
inline std::string with_interval(const paired_gain& gain) {
    char text[96];
    if (gain.testable())
        std::snprintf(text, sizeof text, "%+.4f (95 %% interval %+.4f to %+.4f)", gain.gain, gain.lower(),
                      gain.upper());
    else
        std::snprintf(text, sizeof text, "%+.4f", gain.gain);
    return text;
}

inline void warn_of_winners_curse(const merge_report& report, const std::string& of,
                                  std::vector<report_warning>& warnings) {
    if (report.honest()) return;
    warnings.push_back({"winners_curse",
                        "the gains are measured on what the merges were chosen by, so they are too high: the lowest of "
                        "many losses is low by chance too. Only " +
                            of + " that chose nothing give an honest gain"});
}

inline void warn_of_better_parent(const merge_report& report, std::span<const std::string> checkpoints,
                                  std::vector<report_warning>& warnings) {
    for (const report_row& row : report.rows) {
        const auto single = single_checkpoint(row.merge_weights);
        if (!single || *single + 1 == checkpoints.size() || !row.gain.significant || row.gain.gain < 0) continue;
        warnings.push_back(
            {"better_parent", checkpoints[*single] + " alone is significantly better than the newest checkpoint, by " +
                                  with_interval(row.gain) + ": the run got worse after it. Look there before merging"});
        return;  // the first such row; others that name a single checkpoint would say the same
    }
}

/// Less than this share of the loss is nothing that merging could be for.
inline constexpr double straight_share = 1e-3;

inline void warn_of_annealing(const merge_report& report, std::vector<report_warning>& warnings) {
    const auto& averaging = report.averaging;
    if (!averaging || !averaging->testable() || !(averaging->upper() < straight_share * report.newest().search.mean))
        return;
    warnings.push_back(
        {"annealed",
         "the checkpoints look annealed, or are the same: their average gains only " + with_interval(*averaging) +
             " over them one by one, so the loss is all but straight between them and averaging has nothing to gain. "
             "Checkpoints of a constant learning rate, or farther apart, have"});
}

/// A baseline that is better by less than this share of what the search found is as good as the found merge.
inline constexpr double negligible_share = 0.1;

inline void warn_of_better_baseline(const merge_report& report, std::vector<report_warning>& warnings) {
    if (!report.best_baseline || !report.best_baseline->gain.significant) return;
    const double least = std::max(negligible_share * report.found().gain.gain, 0.0);
    if (!(report.best_baseline->gain.gain > least)) return;
    warnings.push_back({"better_baseline", "the baseline '" + report.rows[report.best_baseline->row].name +
                                               "' is significantly better than the found merge, by " +
                                               with_interval(report.best_baseline->gain) +
                                               ": let the search go there, or give it more trials"});
}

inline void warn_of_unmeasured(const merge_report& report, std::vector<report_warning>& warnings) {
    for (const auto& [name, reason] : report.unmeasured) {
        const std::string baseline = "baseline '" + name + "': ";
        const std::string named = reason.starts_with(baseline) ? reason : baseline + reason;
        warnings.push_back({"not_measured", "a line is missing, as it could not be measured: " + named});
    }
}

inline void warn_of_disagreement(const merge_report& report, const std::string& of,
                                 std::vector<report_warning>& warnings) {
    const report_row& found = report.found();
    if (!report.honest() || !differ(found.search_gain, found.gain, 0.01)) return;
    const bool less = found.gain.gain < found.search_gain.gain;
    const std::string where = report.gains_on == gain_documents::test ? "test" : "confirm";
    warnings.push_back(
        {"documents_disagree",
         "the found merge gains " + with_interval(found.search_gain) + " on the search " + of + ", but " +
             with_interval(found.gain) + " on the " + where + " " + of + ", more apart than their scatter allows: " +
             (less ? "the search fitted its " + of + ", which are too few, or they are not of the same kind"
                   : "they are not of the same kind")});
}

}  // namespace detail

/// What a reader of the report must know beside its figures:
///
/// - `winners_curse`: gains are measured on the documents that chose the merge;
/// - `better_parent`: another single checkpoint is significantly better than the newest;
/// - `better_baseline`: the baseline of the lowest loss on the search documents is significantly better than the found
///   merge, and by more than a tenth of what that gains over the newest: less is no reason to search on;
/// - `annealed`: averaging gains less than a thousandth of the loss (the upper end of its 95 % interval), so there is
///   nothing to search;
/// - `documents_disagree`: the found merge's gains on the two document sets differ in a Welch test at 1 %;
/// - `not_measured`: a baseline is left out, because it could not be measured.
///
/// @param report of a search
/// @param checkpoints (checkpoints), names, the newest last
/// @param of what has a loss each, as the texts call it
inline std::vector<report_warning> warnings_of(const merge_report& report, std::span<const std::string> checkpoints,
                                               const std::string& of = "documents") {
    std::vector<report_warning> warnings;
    detail::warn_of_winners_curse(report, of, warnings);
    detail::warn_of_better_parent(report, checkpoints, warnings);
    detail::warn_of_better_baseline(report, warnings);
    detail::warn_of_annealing(report, warnings);
    detail::warn_of_disagreement(report, of, warnings);
    detail::warn_of_unmeasured(report, warnings);
    return warnings;
}

/// The warning `border`: bounds of the space that the recommended point lies on, so that the best may lie beyond.
/// @param reached those bounds, and how to look beyond them
/// @returns nothing where there are none
inline std::optional<report_warning> border_warning(std::span<const reached_bound> reached) {
    if (reached.empty()) return std::nullopt;
    std::string names;
    for (const auto& bound : reached) {
        char value[32];
        std::snprintf(value, sizeof value, "%.4g", bound.value);
        names += (names.empty() ? "" : ", ") + bound.name + " " + value + " (" + bound.beyond + ")";
    }
    return report_warning{
        "border", "the best merge lies on the border of what was searched, so a better one may lie beyond: " + names};
}

/// The same of a space and a point of it.
/// @param space that is searched
/// @param point (d), the user's coordinates
template <bounded_space Space>
std::optional<report_warning> border_warning(const Space& space, std::span<const double> point) {
    return border_warning(space.reached_bounds(point));
}

}  // namespace bouillon
