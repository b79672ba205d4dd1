// SPDX-License-Identifier: Apache-2.0
#include "search/compared_merges.hpp"

#include <bouillon/core/to_string.hpp>
#include <bouillon/merge_search/make_report.hpp>
#include <bouillon/merge_search/warnings.hpp>

#include "progress.hpp"

#include <string>

bouillon::merge_report compared_merges(merge_problem& problem, const search_result& result,
                                       const bouillon::recommendation& alike) {
    const auto& arguments = problem.arguments;
    auto compared = bouillon::baselines(problem.checkpoints(), result.trials, arguments.seed);
    if (arguments.groups.any()) compared.push_back({"found, all tensors alike", {alike.merge_weights}});
    if (arguments.choose > 0)
        compared.push_back({"chosen, " + bouillon::to_string(arguments.choose) + " of the front",
                            {problem.journal.front_merge(arguments.choose)}});
    progress_line progress(arguments.budget, problem.on_stage);
    const auto show = [&](const std::string& name) { progress.stage(name, problem.ahead->seconds_left()); };
    const auto& found = result.recommendation.merge_weights;
    auto report = problem.race
                      ? bouillon::make_report(found, compared, problem.losses, *problem.race, problem.gains_on, show,
                                              problem.domains)
                      : bouillon::make_report(found, compared, problem.losses, problem.gains_on, show, problem.domains);
    report.warnings = bouillon::warnings_of(report, problem.names.checkpoints, problem.wording.of);
    report.warnings.insert(report.warnings.end(), result.warnings.begin(), result.warnings.end());
    return report;
}
