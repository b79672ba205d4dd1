// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/acquisition/probability_of_improvement.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/spread.hpp>

#include "problem.hpp"
#include "run_record.hpp"

#include <cstddef>
#include <ctime>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// A space whose initial design is given.
template <class Space>
struct designed : Space {
    std::vector<std::vector<double>> design;  // (n0, d), unit points

    std::vector<std::vector<double>> initial_design(std::size_t, bouillon::random_engine&) const { return design; }
};

/// Any of the acquisition formulas: the choice costs nothing beside a prediction, and compiles once.
struct any_formula {
    std::variant<bouillon::log_expected_improvement, bouillon::expected_improvement,
                 bouillon::probability_of_improvement, bouillon::upper_confidence_bound>
        chosen;

    template <class Real>
    Real operator()(Real mean, Real deviation, const bouillon::search_state& state) const {
        return std::visit([&](const auto& formula) -> Real { return formula(mean, deviation, state); }, chosen);
    }
};

/// How our search is set up, by names from the command line.
struct search_choice {
    std::string acquisition = "default";
    std::string kernel = "matern52";
    bool known_variance = true;
};

inline const std::set<std::string> acquisition_names = {"default", "log_ei", "log_nei", "ei", "pi", "ucb", "gp_hedge"};
inline const std::set<std::string> kernel_names = {"matern52", "se"};

inline double thread_cpu_seconds() {
    std::timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Runs a search to the end of its budget. The design's points are its first trials.
template <class Search>
run_record run_search(Search search, evaluation evaluate, double variance) {
    while (!search.done()) {
        const double before = thread_cpu_seconds();
        const bouillon::trial next = search.suggest();
        evaluate.add_suggest_seconds(thread_cpu_seconds() - before);
        search.observe(next, evaluate(next.point), variance);
    }
    return evaluate.finish(search.recommendation().point);
}

/// What a search takes where its user names no acquisition.
using default_acquisition =
    std::decay_t<decltype(std::declval<bouillon::bayesian_search<bouillon::box>>().acquisition_used())>;

/// Calls `use` with the acquisition of a name.
template <class Use>
auto with_acquisition(const std::string& name, Use use) {
    using namespace bouillon;
    if (name == "gp_hedge")
        return use(gp_hedge<log_expected_improvement, probability_of_improvement, upper_confidence_bound>());
    if (name == "log_nei") return use(log_noisy_expected_improvement{});
    if (name == "ei") return use(any_formula{expected_improvement{}});
    if (name == "pi") return use(any_formula{probability_of_improvement{}});
    if (name == "ucb") return use(any_formula{upper_confidence_bound{}});
    if (name == "log_ei") return use(any_formula{log_expected_improvement{}});
    return use(default_acquisition());
}

/// Our search on one problem.
inline run_record run_ours(const problem& given, const search_choice& choice, evaluation evaluate, double deviation) {
    const double variance = choice.known_variance ? deviation * deviation : std::numeric_limits<double>::quiet_NaN();
    bouillon::search_options options;
    options.budget = given.function->budget;
    options.seed = given.seed;
    options.initial_trials = given.design.size();
    return visit_space(*given.function, [&](const auto& plain) {
        const designed<std::decay_t<decltype(plain)>> space{plain, given.design};
        return with_acquisition(choice.acquisition, [&](const auto& acquisition) {
            if (choice.kernel == "se")
                return run_search(
                    bouillon::bayesian_search(space, options, acquisition, bouillon::squared_exponential{}), evaluate,
                    variance);
            return run_search(bouillon::bayesian_search(space, options, acquisition, bouillon::matern52{}), evaluate,
                              variance);
        });
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
