// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/paired_gain.hpp>
#include <bouillon/search/paired.hpp>

#include <optional>
#include <string>
#include <vector>

namespace bouillon {

/// One line of the verdict: a baseline or the found merge.
struct report_row {
    std::string name;
    std::vector<double> merge_weights;  // (checkpoints), newest last
    loss_estimate search;               // on the search documents, which chose among merges
    std::optional<loss_estimate> test;  // on the test documents, which nothing was chosen by
    paired_gain gain;                   // on the test documents where there are some, else the search ones
};

/// What a search came to.
struct merge_report {
    std::vector<report_row> rows;  // baselines, the newest checkpoint first; the found merge last
    bool gains_on_test = false;    // false: gains were chosen by what they are measured on

    const report_row& found() const { return rows.back(); }

    /// Whether to use the found merge: when it is better than the newest checkpoint beyond doubt, or, where no test can
    /// tell, when it is better as measured. If not, keep the newest.
    bool merge() const {
        const paired_gain& gain = found().gain;
        return gain.gain > 0 && (gain.significant || !gain.testable());
    }
};

}  // namespace bouillon
