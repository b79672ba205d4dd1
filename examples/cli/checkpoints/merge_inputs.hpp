// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/folder/run_selection.hpp>

#include <filesystem>
#include <string>
#include <vector>

/// How a user of `bouillon merge` says what to merge.
struct merge_inputs {
    std::vector<std::string>
        given;  // CHECKPOINT:WEIGHT, or checkpoints and runs' folders to which a schedule gives weights
    bouillon::run_selection selection;
    std::string schedule;
    bool normalize = false;
};

/// What that comes to.
struct merge_weights {
    std::vector<std::filesystem::path> checkpoints;
    std::vector<double> weights;  // (checkpoints)
    double sum = 1;               // of the weights
};

/// Throws input_error for inputs that do not fit together or that name nothing to merge.
merge_weights resolve(const merge_inputs& inputs);

/// "CHECKPOINT:WEIGHT CHECKPOINT:WEIGHT ...", as resolve() takes them.
std::string to_text(const merge_weights& resolved);
