// SPDX-License-Identifier: Apache-2.0
#include "search/merge_problem.hpp"

#include <bouillon/search/baselines.hpp>
#include <bouillon/space/simplex.hpp>

#include "scoring/merge_scorer.hpp"

using bouillon::document_set;
using bouillon::gain_documents;

std::vector<double> merge_problem::newest() const { return bouillon::simplex{checkpoints()}.newest_average(1); }

void measure_newest(merge_problem& problem, const merge_scorer& scorer) {
    const auto& arguments = problem.arguments;
    const std::vector<double> newest = problem.newest();
    problem.newest_losses = problem.losses(newest, document_set::search).losses;
    problem.confirming = scorer.confirming();
    if (problem.confirming > 0) problem.gains_on = gain_documents::confirm;
    if (!arguments.test.empty()) problem.gains_on = gain_documents::test;
    if (problem.gains_on != gain_documents::search) problem.losses(newest, document_set::test);
    if (arguments.full || !scorer.evaluate.some || problem.newest_losses.size() == 1) return;
    problem.race.emplace(newest, problem.newest_losses, bouillon::racing_options{.seed = arguments.seed});
    bouillon::enter_baselines(*problem.race, bouillon::baselines(problem.checkpoints(), 0, 0), problem.losses);
}
