// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/domain_gains.hpp>
#include <bouillon/merge_search/guard_verdict.hpp>
#include <bouillon/merge_search/paired_gain.hpp>
#include <bouillon/search/paired.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// What the gains of a report are measured on.
///
/// Test documents of their own; confirm documents, which were set aside from the search's; or the search documents
/// themselves, by which the merge was chosen, so that its gain there is too high.
enum class gain_documents { search, confirm, test };

/// Something that a reader of a report must know. `kind` names it for programs, `text` says it and what to do.
struct report_warning {
    std::string kind, text;  ///< its name for programs, and its words for people
};

/// One line of the verdict: a baseline or the found merge. Gains are over the newest checkpoint.
struct report_row {
    std::string name;
    std::vector<double> merge_weights;      ///< (checkpoints), newest last
    loss_estimate search;                   ///< on the search documents, which chose among merges
    paired_gain search_gain;                ///< on them
    std::optional<loss_estimate> test;      ///< on the test or confirm documents, which nothing was chosen by
    paired_gain gain;                       ///< on them where there are some, else on the search documents
    std::vector<domain_gain> domains = {};  ///< (domains), the same in each domain
};

/// The checkpoint that has all the weight, if one has.
/// @param merge_weights (checkpoints)
inline std::optional<std::size_t> single_checkpoint(std::span<const double> merge_weights) {
    const auto used = std::ranges::count_if(merge_weights, [](double weight) { return weight != 0; });
    const auto one = std::ranges::find(merge_weights, 1.0);
    if (used != 1 || one == merge_weights.end()) return std::nullopt;
    return static_cast<std::size_t>(one - merge_weights.begin());
}

/// One row against the found merge.
struct row_gain {
    std::size_t row;   ///< number of the report's row
    paired_gain gain;  ///< over the found merge, on the documents that the report's gains are on
};

/// A baseline that is no row of a report, because it could not be measured.
struct unmeasured_baseline {
    std::string name, reason;  ///< of the baseline, and why it was not measured
};

/// What a search came to.
struct merge_report {
    std::vector<report_row> rows;                      ///< baselines, the newest checkpoint first; the found merge last
    std::vector<unmeasured_baseline> unmeasured;       ///< baselines without a row
    gain_documents gains_on = gain_documents::search;  ///< what gains were measured on
    std::optional<paired_gain>
        averaging;  ///< of the average of all over one of them, as a mean; on the search documents
    std::optional<row_gain> best_baseline;   ///< that of the lowest loss on the search documents
    std::vector<guard_verdict> guards = {};  ///< whether the found merge keeps each, on the documents of the gains
    std::vector<report_warning> warnings;    ///< what a reader must know

    /// The newest checkpoint's row.
    const report_row& newest() const { return rows.front(); }
    /// The found merge's row.
    const report_row& found() const { return rows.back(); }

    /// Whether gains are free of the winner's curse: measured on documents that nothing was chosen by.
    bool honest() const { return gains_on != gain_documents::search; }

    /// Whether to use the found merge: when it is better than the newest checkpoint beyond doubt, or, where no test can
    /// tell, when it is better as measured, and keeps all guards. If not, keep the newest.
    bool merge() const { return gains() && all_kept(guards); }

    /// The same without the guards.
    bool gains() const {
        const paired_gain& gain = found().gain;
        return gain.gain > 0 && (gain.significant || !gain.testable());
    }
};

}  // namespace bouillon
