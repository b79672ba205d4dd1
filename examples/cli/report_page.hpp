// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/report.hpp>
#include <bouillon/search/history.hpp>

#include "measured_in.hpp"
#include "posterior_slices.hpp"
#include "report_output.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

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

/// Neighbouring checkpoints' tensors, all together.
struct reported_distance {
    std::string older, newer;
    double distance = 0, relative = 0, cosine = 0;  // Euclidean; over the newer's norm; between the two
};

/// A checkpoint alone.
struct reported_checkpoint {
    std::string name;
    double loss = 0, standard_error = 0;  // on the search documents
};

/// All that the page of a search is made of.
struct report_page {
    std::string decision;  // in a sentence
    std::string command, version, journal;
    std::string settings;  // of a search whose command line is not known, a line each
    measured_in measured;
    merge_weight_names names;
    bouillon::merge_report report;  // without rows where the search has not ended
    std::vector<reported_trial> trials;
    std::vector<posterior_slice> slices;
    std::string slices_space;                      // of the search that they are of
    std::vector<reported_checkpoint> checkpoints;  // those that were scored on all search documents
    std::vector<reported_distance> distances;
};

/// The trials of a search that have ended, numbered from `earlier` + 1. A search of losses, not of differences to the
/// newest checkpoint's, needs that one's loss: `newest_loss`; else it is 0.
std::vector<reported_trial> reported_trials(const bouillon::history& history, double newest_loss, std::size_t earlier,
                                            const std::string& space);
