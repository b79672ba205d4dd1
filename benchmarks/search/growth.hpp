// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "box_functions.hpp"
#include "summary.hpp"
#include "systems.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <vector>

/// Prints the CPU time of a suggestion after n random trials of a function, the fit included.
inline void print_growth(const test_function& function) {
    constexpr std::size_t suggestions = 9;
    std::printf("%6s %12s %12s %12s   ms of CPU per suggestion, %s\n", "n", "median", "smallest", "largest",
                function.name.c_str());
    for (const std::size_t n : {20, 40, 60, 100, 150, 200, 300}) {
        const bouillon::box space{function.lower, function.upper};
        bouillon::random_engine engine = bouillon::make_engine(n);
        designed<bouillon::box> random_start{space, {}};
        for (std::size_t i = 0; i < n; ++i) random_start.design.push_back(uniform_sample(space, engine));
        bouillon::bayesian_search search(random_start, {.budget = n + suggestions, .initial_trials = n});
        std::vector<double> milliseconds;
        while (!search.done()) {
            const double before = thread_cpu_seconds();
            const bouillon::trial next = search.suggest();
            if (next.ticket >= n) milliseconds.push_back(1e3 * (thread_cpu_seconds() - before));
            search.observe(next, function.value(next.point), 0);
        }
        std::printf("%6zu %12.2f %12.2f %12.2f\n", n, quantile(milliseconds, 0.5), quantile(milliseconds, 0),
                    quantile(milliseconds, 1));
        std::fflush(stdout);
    }
}
