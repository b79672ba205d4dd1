// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/run_selection.hpp>

#include "checkpoints/group_arguments.hpp"
#include "checkpoints/set_arguments.hpp"
#include "choices/acquisition_choice.hpp"
#include "choices/backend_choice.hpp"
#include "choices/kernel_choice.hpp"
#include "choices/metric_choice.hpp"
#include "choices/precision_choice.hpp"
#include "choices/space_choice.hpp"
#include "scoring/held_out_argument.hpp"
#include "search/stopping_options.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bouillon {
struct search_options;
}
struct search_arguments;

/// Options that go together.
struct preset_choice {
    std::string_view name;
    void (*set_arguments)(search_arguments& arguments);
    void (*set_search)(bouillon::search_options& options);  // what no option of the program sets
};

/// What the user asked of a search.
struct search_arguments {
    std::vector<std::filesystem::path> checkpoints;
    bouillon::run_selection selection;
    group_arguments groups;
    set_arguments set;
    std::vector<std::string> command;  // its words
    std::vector<held_out_argument> held_out, test;
    std::vector<held_out_argument> weights;  // of sets that a command prints
    std::vector<bouillon::domain_guard> guards;
    std::filesystem::path journal, out, report;
    std::string score, serve;  // commands: one a merge, and one that stays
    std::string settings;      // more for the journal's header, as an object of JSON; empty: none
    std::filesystem::path scratch, logs;
    const metric_choice* metric = &metric_choices().front();
    const space_choice* space = &space_choices().front();
    space_bounds bounds;
    const kernel_choice* kernel = &kernel_choices().front();
    const acquisition_choice* acquisition = &acquisition_choices().front();
    const preset_choice* preset = nullptr;
    const backend_choice* backend = nullptr;  // of the program's own scorers; null until a command chooses one
    const precision_choice* precision = &precision_choices().front();
    stopping_options stopping;
    std::size_t budget = 20, threads = 0, window = 0;
    std::uint64_t seed = 1;
    long score_limit = 3600;        // seconds
    std::optional<double> confirm;  // share of the documents
    std::size_t choose = 0;         // of the journal's front, from 1 on; 0: as the verdict says
    std::size_t retries = 0;        // of a command that failed
    std::size_t jobs = 1;           // commands at once
    std::size_t groups_of = 0;      // processes that measure a merge together; 0: all
    bool full = false, resume = false, force = false, json = false, allow_non_finite = false;
    bool page = false;  // whoever asked makes one himself

    /// Whether a command measures, whose losses are its own.
    bool has_command() const { return !score.empty() || !serve.empty(); }
    /// Whether what a page shows is kept: for the page, or in the journal, from which `bouillon report` makes one.
    bool has_page() const { return page || !report.empty() || !journal.empty(); }
};

/// What the options come to: a preset's own, the checkpoints of a folder, and what "auto" stands for.
/// @throws input_error for options that do not go together, and for outputs that must not be written
search_arguments resolved(search_arguments arguments);

/// Those that --preset names.
std::span<const preset_choice> preset_choices();
