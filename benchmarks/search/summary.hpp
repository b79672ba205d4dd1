// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/compared_run.hpp>
#include <bouillon/compare/quantile.hpp>

#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

inline void print_summary_head() {
    std::printf("%-15s %5s %5s | %-27s %8s | %-27s %8s | %6s %7s %9s\n", "function", "noise", "seeds",
                "best evaluated [q25, q75]", "worst", "recommended [q25, q75]", "worst", "area", "to 1e-2", "ms/sugg.");
}

/// One line for the runs of one function and noise level.
inline void print_summary(std::span<const bouillon::compared_run> runs, const std::string& noise) {
    using bouillon::quantile;
    std::vector<double> best, recommended, areas, seconds, reached;  // (runs)
    for (const bouillon::compared_run& run : runs) {
        best.push_back(run.excess(run.best_loss()));
        recommended.push_back(run.excess(run.recommended));
        areas.push_back(run.area());
        seconds.push_back(run.mean_suggest_seconds());
        reached.push_back(static_cast<double>(run.trials_to_hundredth().value_or(run.losses.size() + 1)));
    }
    double mean_seconds = 0;
    for (const double one : seconds) mean_seconds += one / static_cast<double>(seconds.size());
    const auto cell = [](const std::vector<double>& values) {
        char text[64];
        std::snprintf(text, sizeof text, "%8.1e [%7.1e, %7.1e] ", quantile(values, 0.5), quantile(values, 0.25),
                      quantile(values, 0.75));
        return std::string(text);
    };
    std::printf("%-15s %5s %5zu | %s %8.1e | %s %8.1e | %6.2f %7.1f %9.2f\n", runs[0].objective.c_str(), noise.c_str(),
                runs.size(), cell(best).c_str(), quantile(best, 1), cell(recommended).c_str(), quantile(recommended, 1),
                quantile(areas, 0.5), quantile(reached, 0.5), 1e3 * mean_seconds);
}
