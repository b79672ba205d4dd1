// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace bouillon {
class history;
}

/// A trial as the page shows it.
struct reported_trial {
    std::size_t number = 0;
    std::optional<double> gain;  // over the newest checkpoint on the search documents, where both are known
    double standard_error = 0;   // of the gain, from all that is random in it; NaN where not known
    std::size_t documents = 0;   // scored
    std::vector<double> point;   // (d), the user's coordinates
    std::string space;           // of its search, by name
    bool failed = false;
};

/// The trials of a search that have ended.
/// @param history of the search
/// @param newest_loss of the newest checkpoint where the search is told losses; 0 where it is told differences to it
/// @param earlier trials of the searches before this one, after which they are numbered
/// @param space its name
std::vector<reported_trial> reported_trials(const bouillon::history& history, double newest_loss, std::size_t earlier,
                                            const std::string& space);
