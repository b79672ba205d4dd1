// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/report.hpp>

#include "checkpoints/merge_weight_names.hpp"
#include "report/posterior_slice.hpp"
#include "scoring/loss_wording.hpp"
#include "search/merge_front.hpp"
#include "search/reported_trial.hpp"

#include <string>
#include <vector>

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
    loss_wording wording;
    merge_weight_names names;
    bouillon::merge_report report;  // without rows where the search has not ended
    std::vector<reported_trial> trials;
    merge_front front;  // of several held-out sets
    std::vector<posterior_slice> slices;
    std::string slices_space;                      // of the search that they are of
    std::vector<reported_checkpoint> checkpoints;  // those that were scored on all search documents
    std::vector<reported_distance> distances;
};
