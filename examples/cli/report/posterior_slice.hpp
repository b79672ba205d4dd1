// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

/// What a search believes of the gain along one coordinate, through its recommendation.
struct posterior_slice {
    std::string coordinate;
    std::vector<double> at;               // (points), the coordinate
    std::vector<double> gain, deviation;  // (points), posterior mean and standard deviation
    double recommended = 0;               // the coordinate of the recommendation
};
