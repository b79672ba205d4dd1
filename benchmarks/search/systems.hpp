// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/spread.hpp>

#include "acquisition_choice.hpp"
#include "problem.hpp"
#include "run_record.hpp"

#include <cstddef>
#include <ctime>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// A space whose initial design is given.
template <class Space>
struct designed : Space {
    std::vector<std::vector<double>> design;  // (n0, d), unit points

    std::vector<std::vector<double>> initial_design(std::size_t, bouillon::random_engine&) const { return design; }
};

/// How our search is set up, by names from the command line.
struct search_choice {
    std::string acquisition = "default";
    std::string kernel = "default";
    bool known_variance = true;
    bool elsewhere = true;  // whether it climbs elsewhere once it has converged
};

inline double thread_cpu_seconds() {
    std::timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Runs a search to the end of its budget. The design's points are its first trials.
template <class Search>
run_record evaluate_search(Search search, evaluation evaluate, double variance) {
    while (!search.done()) {
        const double before = thread_cpu_seconds();
        const bouillon::trial next = search.suggest();
        evaluate.add_suggest_seconds(thread_cpu_seconds() - before);
        search.observe(next, evaluate(next.point), variance);
    }
    return evaluate.finish(search.recommendation().point);
}

/// Our search on one problem.
inline run_record run_ours(const problem& given, const search_choice& choice, evaluation evaluate, double deviation) {
    const double variance = choice.known_variance ? deviation * deviation : std::numeric_limits<double>::quiet_NaN();
    bouillon::search_options options;
    options.budget = given.function->budget;
    options.seed = given.seed;
    options.initial_trials = given.design.size();
    options.climbs.elsewhere = choice.elsewhere;
    return visit_space(*given.function, [&](const auto& plain) {
        const designed<std::decay_t<decltype(plain)>> space{plain, given.design};
        const auto run = [&](const auto&... parts) {
            return evaluate_search(bouillon::bayesian_search(space, options, parts...), evaluate, variance);
        };
        if (choice.kernel == "se") return run(make_acquisition(choice.acquisition), bouillon::squared_exponential{});
        if (choice.acquisition == "default") return run();
        if (choice.acquisition == "gp-hedge") return run(hedge());
        return run(make_acquisition(choice.acquisition));
    });
}

/// Uniform points after the design; recommends the best loss seen.
inline run_record run_random(const problem& given, evaluation evaluate) {
    return visit_space(*given.function, [&](const auto& space) {
        bouillon::random_engine engine = bouillon::make_engine(given.seed);
        std::vector<double> best_point;  // (d)
        double best = INFINITY;
        for (std::size_t i = 0; i < given.function->budget; ++i) {
            const auto point = space.point(i < given.design.size() ? given.design[i] : uniform_sample(space, engine));
            const double loss = evaluate(point);
            if (loss < best) {
                best = loss;
                best_point = point;
            }
        }
        return evaluate.finish(best_point);
    });
}
