// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/comparison.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Two objectives, of which only the first one's minimum is known, and three variants: "base", "better", whose regret
/// is a tenth of that, and "alike", which is one time lower and one time higher. Eight seeds of four trials.
inline bouillon::comparison made_comparison() {
    bouillon::comparison made;
    made.environment = {"g++ 12.2.0", true, "0.1.0", "2026-01-02", 4};
    made.variants = {"base", "better", "alike"};
    for (std::uint64_t seed = 1; seed <= 8; ++seed) made.seeds.push_back(seed);
    for (const std::string name : {"known", "unknown <&>"})
        for (const std::string& variant : made.variants)
            for (const std::uint64_t seed : made.seeds) {
                bouillon::compared_run run{.objective = name, .variant = variant, .budget = 4, .seed = seed};
                if (name == "known") run.minimum = 1;
                run.first_points = 2;
                const double spread = 1 + 0.1 * static_cast<double>(seed);
                const double factor = variant == "base" ? 1 : variant == "better" ? 0.1 : seed % 2 == 1 ? 0.9 : 1.1;
                run.losses = {11, 6, 3, 1 + factor * spread};
                run.recommended = run.losses.back();
                run.suggest_seconds = {0.25, 0.75};
                made.runs.push_back(run);
            }
    return made;
}
