// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// In what words losses and gains are told.
struct measured_in {
    std::string losses = "nats per token";  // their unit
    std::string gains = "nats per token";   // their unit; above 0 is better
    std::string of = "documents";           // what has a loss each
};

/// `metric`: of questions, as --metric names it; empty where documents are scored.
inline measured_in measure_of(const std::string& metric) {
    if (metric.empty()) return {};
    if (metric == "acc" || metric == "acc_norm")
        return {"share of answers wrong", "in the share of right answers", "questions"};
    return {metric == "answer-loss" ? "nats per token" : "nats", metric == "answer-loss" ? "nats per token" : "nats",
            "questions"};
}

/// What a program of the user's prints has no unit that is known here.
inline measured_in measure_of_a_command() {
    return {"as the --score command prints them", "in the --score command's unit", "documents"};
}
