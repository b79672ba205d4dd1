// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/first_points.hpp>
#include <bouillon/compare/measured_objective.hpp>
#include <bouillon/compare/trial_plan.hpp>
#include <bouillon/compare/variants.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/search/observation.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

/// How long the trials of a seed take (budget), in virtual time: uniform, so that they end in another order than they
/// began in.
inline std::vector<double> trial_lengths(std::uint64_t seed, std::size_t budget) {
    constexpr std::uint64_t length_seeds = 30'000;
    bouillon::random_engine engine = bouillon::make_engine(length_seeds + seed);
    std::vector<double> lengths(budget);
    for (double& length : lengths) length = 0.5 + bouillon::uniform(engine);
    return lengths;
}

/// A variant's search with several trials out: once the first points have ended there are always so many, and each that
/// ends makes room for the next. With one it is the variant itself.
template <class Acquisition, class Kernel>
struct trials_out {
    bouillon::search_variant<Acquisition, Kernel> variant;
    std::size_t out = 1;

    std::string name() const { return variant.name(); }

    template <bouillon::search_space Space>
    std::vector<double> run(const Space& space, const bouillon::trial_plan& plan,
                            bouillon::measured_objective& measure) const {
        bouillon::search_options options = variant.options;
        options.budget = plan.budget;
        options.seed = plan.seed;
        options.initial_trials = plan.design.size();
        bouillon::bayesian_search search(bouillon::designed<Space>{space, plan.design}, options, variant.acquisition,
                                         variant.kernel);
        const std::vector<double> lengths = trial_lengths(plan.seed, plan.budget);
        std::multimap<double, std::pair<bouillon::trial, double>> running;  // with its loss, by when it ends
        double now = 0;
        const auto end_one = [&] {
            const auto ended = running.extract(running.begin());
            now = ended.key();
            search.observe(ended.mapped().first, ended.mapped().second, plan.variance);
        };
        while (!search.done()) {
            const bouillon::trial next = search.suggest();
            running.emplace(now + lengths[next.ticket], std::pair{next, measure(next.point)});
            const std::size_t most = next.ticket < plan.design.size() ? 1 : out;
            while (running.size() >= most) end_one();
        }
        while (!running.empty()) end_one();
        return search.recommendation().point;
    }
};

template <class Acquisition, class Kernel>
trials_out(bouillon::search_variant<Acquisition, Kernel>, std::size_t) -> trials_out<Acquisition, Kernel>;
