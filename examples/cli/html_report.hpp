// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/report.hpp>

#include "posterior_slices.hpp"
#include "report_output.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// A trial as the page shows it.
struct reported_trial {
    std::size_t number = 0;
    std::optional<double> gain;  // over the newest checkpoint on the search documents; nothing for one that failed
    double standard_error = 0;   // of the gain, from all that is random in it; NaN where not known
    std::size_t documents = 0;   // scored
    std::vector<double> point;   // (d), the user's coordinates
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
    std::string unit = "nats per token";
    merge_weight_names names;
    bouillon::merge_report report;
    std::vector<reported_trial> trials;
    std::vector<posterior_slice> slices;
    std::vector<reported_checkpoint> checkpoints;
    std::vector<reported_distance> distances;
};

/// The page: one HTML file that needs nothing else, for narrow and wide screens, light and dark.
std::string html_report(const report_page& page);

/// A file that is put in place when its text is whole.
class report_file {
 public:
    /// Throws input_error when it exists, unless `force`, or cannot be written where it is to be.
    report_file(std::filesystem::path path, bool force);
    ~report_file();
    report_file(const report_file&) = delete;
    report_file& operator=(const report_file&) = delete;

    /// Throws work_error when the disk is full.
    void publish(const std::string& text);

 private:
    std::filesystem::path path_, partial_;
};
