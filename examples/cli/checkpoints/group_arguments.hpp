// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

/// What the user asked of groups of tensors.
struct group_arguments {
    std::string division;             // "parts", "depth:N", or empty
    std::vector<std::string> own;     // NAME=PATTERN[,PATTERN...], before the division's
    std::vector<std::string> ranges;  // NAME=LOWER..UPPER or NAME=VALUE
    std::vector<std::string> frozen;  // names
    std::size_t budget = 0;           // trials; 0: as many as the search of all tensors alike

    bool any() const { return !division.empty() || !own.empty(); }
};
