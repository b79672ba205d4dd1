// SPDX-License-Identifier: Apache-2.0
#include "search/measured_answer.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/search/history.hpp>

#include "progress.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace {

using bouillon::document_set;

/// Records of the trials that were measured, the lowest loss first.
std::vector<const bouillon::record*> lowest_loss_first(const bouillon::history& trials) {
    std::vector<const bouillon::record*> measured;
    for (const auto& one : trials.records())
        if (one.observation.status == bouillon::trial_status::observed) measured.push_back(&one);
    std::ranges::stable_sort(measured, {}, [](const auto* one) { return one->observation.loss; });
    return measured;
}

/// Whether a trial loses more than is allowed, as it was measured.
bool breaks_guard(const std::vector<bouillon::domain_guard>& guards, const bouillon::observation& observed) {
    for (std::size_t g = 0; g < observed.guard_losses.size(); ++g)
        if (observed.guard_losses[g].mean > guards[g].allowed_loss) return true;
    return false;
}

/// Puts the best trial that can be measured in the recommendation's place.
/// @returns whether there is one
bool take_best_trial(merge_problem& problem, const bouillon::history& trials, bouillon::recommendation& recommended) {
    const std::vector<double> failed = recommended.merge_weights;
    for (const auto* const one : lowest_loss_first(trials)) {
        const auto& [suggested, observed] = *one;
        if (suggested.merge_weights == failed || breaks_guard(problem.domains.guards, observed)) continue;
        try {
            problem.losses(suggested.merge_weights, document_set::search);
            if (problem.gains_on != bouillon::gain_documents::search)
                problem.losses(suggested.merge_weights, document_set::test);
        } catch (const bouillon::work_error&) {
            continue;
        }
        recommended = {suggested.point, suggested.merge_weights, observed.loss, std::sqrt(observed.variance),
                       suggested.ticket};
        return true;
    }
    return false;
}

}  // namespace

void measure_answer(merge_problem& problem, const bouillon::history& trials, search_result& result) {
    progress_line progress(problem.arguments.budget, problem.on_stage);
    progress.stage("found merge", problem.ahead->seconds_left());
    const auto weights = result.recommendation.merge_weights;
    try {
        needed_losses(problem, "the found merge", weights, document_set::search);
        if (problem.gains_on != bouillon::gain_documents::search)
            needed_losses(problem, "the found merge", weights, document_set::test);
    } catch (const bouillon::work_error& failure) {
        const std::string what = "the merge that the search recommends could not be measured: ";
        if (!take_best_trial(problem, trials, result.recommendation)) throw bouillon::work_error(what + failure.what());
        result.warnings.push_back(
            {"not_measured", what + failure.what() + "; the trial of the lowest loss stands in its place"});
    }
}
