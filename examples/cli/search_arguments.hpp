// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/run_folder.hpp>

#include "group_options.hpp"
#include <CLI/App.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// What the user asked of a search.
struct search_arguments {
    std::vector<std::filesystem::path> checkpoints;
    bouillon::run_selection selection;
    group_arguments groups;
    std::vector<std::string> command;  // its words
    std::filesystem::path held_out, test, journal, out, report;
    std::string space = "auto", kernel = "auto", acquisition = "log-nei", preset, backend = "xtensor", score,
                metric = "choice-loss";
    double alpha = 0.5, lower = -0.5, upper = 1.5, step = 0.5;
    std::size_t budget = 20, threads = 0;
    std::uint64_t seed = 1;
    long score_limit = 3600, deadline = 0;
    std::optional<double> confirm, target_gain;
    std::size_t patience = 0;
    std::string stop_regret;
    bool full = false, resume = false, force = false, json = false;

    /// Whether what a page shows is kept: for the page, or in the journal, from which `bouillon report` makes one.
    bool has_page() const { return !report.empty() || !journal.empty(); }
};

/// Adds the options of `bouillon search`.
void add_search_options(CLI::App& command, search_arguments& arguments);

/// Throws input_error for options that do not go together, and for outputs that must not be written.
void check_usage(const search_arguments& arguments);
