// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/compared_run.hpp>

#include <nlohmann/json.hpp>

#include <string>

/// A run as benchmarks/search/peers.py writes and reads it.
/// @param system the name of who ran it
/// @param noise the level's name
inline nlohmann::ordered_json to_json(const bouillon::compared_run& run, const std::string& system,
                                      const std::string& noise) {
    const auto reached = run.trials_to_hundredth();
    return {{"system", system},
            {"function", run.objective},
            {"noise", noise},
            {"seed", run.seed},
            {"budget", run.losses.size()},
            {"regret", run.excess(run.best_loss())},
            {"recommended_regret", run.excess(run.recommended)},
            {"area", run.area()},
            {"evaluations_to_hundredth", reached ? nlohmann::ordered_json(*reached) : nlohmann::ordered_json()},
            {"cpu_per_suggestion", run.mean_suggest_seconds()},
            {"trajectory", run.trajectory()}};
}
