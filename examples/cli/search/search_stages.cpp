// SPDX-License-Identifier: Apache-2.0
#include "search/search_stages.hpp"

#include <bouillon/merge_search/defaults.hpp>
#include <bouillon/merge_search/warnings.hpp>
#include <bouillon/search/baselines.hpp>
#include <bouillon/search/journal_file.hpp>
#include <bouillon/search/loss_changes.hpp>
#include <bouillon/search/search_options.hpp>

#include "checkpoints/tensor_division.hpp"
#include "printed.hpp"
#include "search/journal_settings.hpp"
#include "search/measured_answer.hpp"
#include "search/running_search.hpp"
#include "search/search_trials.hpp"
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace {

/// One of the searches of a run.
struct search_stage {
    std::string space;                     // its name
    std::vector<std::string> coordinates;  // (d), their names
    std::shared_ptr<bouillon::journal_file> journal;
    std::size_t earlier = 0;          // trials of the stages before it
    nlohmann::ordered_json settings;  // in the journal
};

running_search open_search(const search_parts& parts, const bouillon::search_options& options,
                           const search_stage& stage, const merge_problem& problem) {
    if (!stage.journal) return running_search(parts, options);
    running_search search(parts, options, {stage.journal, stage.settings});
    const std::string name = stage.journal->name();
    if (const auto& changes = search.changed_losses(); changes.differing > 0)
        problem.note(name + printed("%zu of %zu losses that it was begun with differ now, by up to %.2g. The recorded "
                                    "ones stand.",
                                    changes.differing, changes.compared, changes.largest));
    if (search.suggested_otherwise() > 0)
        problem.note(name + printed("%zu of its trials would be suggested elsewhere now: it is from another machine or "
                                    "version. They stand.",
                                    search.suggested_otherwise()));
    return search;
}

/// Says what a trial and the whole search take, before they do.
void tell_time(const merge_problem& problem) {
    if (problem.on_stage || problem.ahead->trial_seconds() == 0) return;
    const search_work& work = problem.ahead->work();
    std::fprintf(
        stderr,
        "time: %s a trial, by the newest checkpoint; %zu trials and %zu merges to compare with take %s at most\n",
        duration_text(problem.ahead->trial_seconds()).c_str(), work.trials, work.compared,
        duration_text(problem.ahead->seconds_left()).c_str());
}

/// Measures the baselines that have no choice, where trials race against them.
void enter_baselines(merge_problem& problem) {
    if (problem.race)
        bouillon::enter_baselines(*problem.race, bouillon::baselines(problem.checkpoints(), 0, 0), problem.losses);
}

/// Runs a search to its end.
search_result run_stage(const search_parts& parts, const bouillon::search_options& options, const search_stage& stage,
                        merge_problem& problem) {
    running_search search = open_search(parts, options, stage, problem);
    problem.journal.begin();
    problem.ahead->skip_trials(search.resumed());
    if (stage.earlier == 0) tell_time(problem);
    if (stage.space != space_of_groups) enter_baselines(problem);
    const double newest_loss = options.reference_losses.empty() ? problem.newest_losses.front() : 0;
    search_result result;
    result.stopped_by = run_trials(search, newest_loss, stage.earlier, problem);
    result.recommendation = search.recommendation();
    measure_answer(problem, search.history(), result);
    result.trials = search.history().size();
    result.front = front_of(problem, search.history(), stage.earlier);
    if (!problem.arguments.has_page()) return result;
    result.reported = reported_trials(search.history(), newest_loss, stage.earlier, stage.space);
    result.slices = search.slices(newest_loss, stage.coordinates);
    result.slices_space = stage.space;
    return result;
}

bouillon::search_options options_of(const merge_problem& problem, std::vector<double> newest_point,
                                    std::size_t budget) {
    auto options = bouillon::merge_search_options(problem.newest_losses, std::move(newest_point));
    options.budget = budget;
    options.seed = problem.arguments.seed;
    options.domains = problem.domains.search;
    options.guards = problem.domains.guards;
    return options;
}

/// What the merge of all tensors alike is known to lose, as the search of groups is told it.
bouillon::known_observation known_alike(const merge_problem& problem, std::vector<double> point,
                                        std::span<const double> losses) {
    if (losses.size() == 1) return {std::move(point), losses.front(), std::nan("")};
    const auto difference = bouillon::paired_difference(losses, problem.newest_losses, problem.domains.search);
    return {std::move(point), difference.mean, difference.variance,
            guard_losses(problem.domains.guards, problem.domains.search, losses, problem.newest_losses)};
}

}  // namespace

search_result search_alike(merge_problem& problem) {
    const auto& arguments = problem.arguments;
    const space_choice& choice = *arguments.space;
    const search_parts parts{choice.make(problem.checkpoints(), arguments.bounds), arguments.kernel,
                             arguments.acquisition};
    auto options = options_of(problem, choice.newest_point(problem.checkpoints()), arguments.budget);
    if (arguments.preset) arguments.preset->set_search(options);
    const std::string name(choice.name);
    const search_stage stage{name, choice.coordinate_names(problem.names.checkpoints), problem.journal.file(), 0,
                             journal_settings(problem, choice)};
    search_result result = run_stage(parts, options, stage, problem);
    if (auto border = border_warning(choice, parts.space, result.recommendation.point))
        result.warnings.push_back(*std::move(border));
    return result;
}

search_result search_groups(merge_problem& problem, const search_result& alike) {
    const auto& arguments = problem.arguments;
    const auto& merged = alike.recommendation.merge_weights;
    const auto space = make_group_space(arguments.groups, problem.groups, merged);
    const auto losses = problem.losses(merged, bouillon::document_set::search).losses;
    auto options = options_of(problem, space.same_for_all(0),
                              arguments.groups.budget > 0 ? arguments.groups.budget : arguments.budget);
    if (!space.contains_same_for_all(0)) options.known.clear();
    if (space.contains_same_for_all(1)) options.known.push_back(known_alike(problem, space.same_for_all(1), losses));
    if (problem.race) problem.race->enter(merged, losses);

    search_stage stage{std::string(space_of_groups), coordinate_names(problem.groups, space),
                       problem.journal.groups_file(), alike.trials, journal_settings(problem)};
    stage.settings["groups"] = to_json(problem.groups, space);
    search_result result =
        run_stage({any_space(space), arguments.kernel, arguments.acquisition}, options, stage, problem);
    result.trials += alike.trials;
    result.front.add(alike.front);
    result.reported.insert(result.reported.begin(), alike.reported.begin(), alike.reported.end());
    result.warnings.insert(result.warnings.begin(), alike.warnings.begin(), alike.warnings.end());
    const auto grouped = problem.losses(result.recommendation.merge_weights, bouillon::document_set::search).losses;
    if (problem.search_loss(grouped).mean >= problem.search_loss(losses).mean)
        result.recommendation = alike.recommendation;
    else if (auto border = bouillon::border_warning(reached_bounds(problem.groups, space, result.recommendation.point)))
        result.warnings.push_back(*std::move(border));
    return result;
}
