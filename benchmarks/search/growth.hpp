// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/first_points.hpp>
#include <bouillon/compare/measured_objective.hpp>
#include <bouillon/compare/objective.hpp>
#include <bouillon/compare/quantile.hpp>
#include <bouillon/search/bayesian_search.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <variant>
#include <vector>

/// Milliseconds of CPU of some suggestions after n random trials of a function, the fit included.
inline std::vector<double> suggestion_milliseconds(const bouillon::objective<>& function, std::size_t n,
                                                   std::uint64_t seed) {
    constexpr std::size_t suggestions = 5;
    using bouillon::detail::thread_cpu_seconds;
    const auto& space = std::get<bouillon::box>(function.space);
    bouillon::random_engine engine = bouillon::make_engine(seed);
    bouillon::designed<bouillon::box> random_start{space, {}};
    for (std::size_t i = 0; i < n; ++i) random_start.design.push_back(uniform_sample(space, engine));
    bouillon::bayesian_search search(random_start, {.budget = n + suggestions, .seed = seed, .initial_trials = n});
    std::vector<double> milliseconds;  // (suggestions)
    while (!search.done()) {
        const double before = thread_cpu_seconds();
        const bouillon::trial next = search.suggest();
        if (next.ticket >= n) milliseconds.push_back(1e3 * (thread_cpu_seconds() - before));
        search.observe(next, function.value(next.point), 0);
    }
    return milliseconds;
}

/// Prints how the time of a suggestion grows with the trials, over several sets of random trials.
inline void print_growth(const bouillon::objective<>& function) {
    using bouillon::quantile;
    std::printf("%6s %10s %10s %10s   ms of CPU per suggestion, %s\n", "n", "median", "q25", "q75",
                function.name.c_str());
    for (const std::size_t n : {20, 40, 60, 100, 150, 200, 300}) {
        std::vector<double> all;
        for (std::uint64_t seed = 0; seed < 5; ++seed)
            for (const double milliseconds : suggestion_milliseconds(function, n, seed)) all.push_back(milliseconds);
        std::printf("%6zu %10.2f %10.2f %10.2f\n", n, quantile(all, 0.5), quantile(all, 0.25), quantile(all, 0.75));
        std::fflush(stdout);
    }
}
