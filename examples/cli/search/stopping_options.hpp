// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

/// What ends a search before its budget is spent.
struct stopping_options {
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    long deadline = 0;                   // seconds after the start; 0: none
    std::size_t patience = 0;            // trials; 0: any number
    std::optional<double> target_gain;   // over the newest checkpoint, losses
    bool regret = false;                 // whether a regret is small enough: below
    std::optional<double> least_regret;  // losses; nothing: the standard error of one trial
};
