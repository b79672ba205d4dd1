// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// In what words losses and gains are told.
struct loss_wording {
    std::string losses = "nats per token";  // their unit
    std::string gains = "nats per token";   // their unit; above 0 is better
    std::string of = "documents";           // what has a loss each
};

/// What a program of the user's prints has no unit that is known here.
inline loss_wording wording_of_a_command() {
    return {"as the scorer's command prints them", "in the scorer's unit", "documents"};
}

/// Of sets that have no unit in common.
inline loss_wording wording_of_shares() {
    return {"shares of the newest checkpoint's loss", "of the newest checkpoint's loss", "documents"};
}
