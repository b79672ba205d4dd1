// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/checkpoint/run_folder.hpp>

#include "whole_number.hpp"
#include <CLI/App.hpp>
#include <CLI/Option.hpp>

#include <filesystem>
#include <iostream>
#include <utility>
#include <vector>

/// Adds the options that take some of a run's checkpoints; select_checkpoints() applies them.
inline void add_run_options(CLI::App& command, bouillon::run_selection& selection) {
    const char* const group = "Which checkpoints of a run's folder (or of those given), by the steps in their names";
    command.add_option("--upto", selection.upto, "None of a later step")
        ->check(whole_number())
        ->type_name("STEP")
        ->group(group);
    command.add_option("--every", selection.every, "Every M-th, counted back from the newest")
        ->check(whole_number(1))
        ->type_name("M")
        ->group(group);
    command.add_option("--last", selection.last, "The newest K of what is left")
        ->check(whole_number(1))
        ->type_name("K")
        ->group(group);
}

/// The checkpoints that the selection takes. Says on standard error what it left out of a folder for its name or kind.
inline std::vector<std::filesystem::path> taken_checkpoints(const std::vector<std::filesystem::path>& given,
                                                            const bouillon::run_selection& selection) {
    std::vector<std::filesystem::path> left_out;
    auto taken = bouillon::select_checkpoints(given, selection, &left_out);
    const char* separator = "bouillon: left out, as no checkpoint of the run: ";
    for (const auto& path : left_out) std::cerr << std::exchange(separator, ", ") << path.string();
    if (!left_out.empty()) std::cerr << '\n';
    return taken;
}

/// Says on standard error what the checkpoints hold that a user may not expect: tensors that an index does not name,
/// and an optimizer's state, which was left out. `remedy`: what the command can do about the latter.
inline void note_contents(const bouillon::checkpoint_set& checkpoints, const char* remedy = "") {
    for (const auto& item : checkpoints)
        if (const auto& names = item.not_in_index(); !names.empty())
            std::cerr << "bouillon: warning: " << item.path().string() << ": the index does not name " << names.size()
                      << (names.size() == 1 ? " tensor" : " tensors") << " of the shards, "
                      << bouillon::in_quotes(names[0]) << (names.size() == 1 ? "" : " among them")
                      << "; taken as the checkpoint's\n";
    if (const std::size_t tensors = checkpoints.optimizer_tensors_left_out())
        std::cerr << "bouillon: left out " << tensors << (tensors == 1 ? " tensor" : " tensors")
                  << " of an optimizer's state" << remedy << '\n';
}
