// SPDX-License-Identifier: Apache-2.0
#include "search_stages.hpp"

#include <bouillon/merge_search.hpp>
#include <bouillon/search/journal.hpp>
#include <bouillon/search/paper_search.hpp>
#include <bouillon/search/regret.hpp>
#include <bouillon/search/stopping.hpp>

#include "journal_settings.hpp"
#include "json_output.hpp"
#include "progress.hpp"
#include "search_page.hpp"
#include "search_space.hpp"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <limits>
#include <optional>
#include <utility>

namespace {

/// The search's options. The newest checkpoint is the reference of every difference, so it is known exactly;
/// a scorer that prints one number gives losses instead, of which it is one.
bouillon::search_options make_options(const workbench& bench, std::vector<double> newest_point) {
    bouillon::search_options options;
    options.budget = bench.arguments.budget;
    options.seed = bench.arguments.seed;
    options.smallest_distance = 1e-4;  // closer merges differ by no more than their rounding
    options.climbs.elsewhere = false;  // so few trials are worth more where the search has converged
    const bool paired = bench.newest_losses.size() > 1;
    if (paired) options.reference_losses = bench.newest_losses;
    bouillon::known_observation newest{std::move(newest_point), 0, 0};
    if (!paired) newest = {newest.point, bench.newest_losses.front(), std::numeric_limits<double>::quiet_NaN()};
    options.known = {std::move(newest)};
    return options;
}

/// One of the searches of a run.
struct search_stage {
    std::string space;  // its name
    std::filesystem::path journal;
    std::size_t budget = 0;                                              // trials
    std::size_t earlier = 0;                                             // trials of the stages before it
    nlohmann::ordered_json settings = nlohmann::ordered_json::object();  // its own in the journal
};

/// A search's trials and beliefs, as a page shows them.
template <class Search>
void describe_search(const Search& search, const search_stage& stage, const workbench& bench, search_result& result) {
    const double newest = search.options().reference_losses.empty() ? bouillon::mean_loss(bench.newest_losses).mean : 0;
    result.reported = reported_trials(search.history(), newest, stage.earlier, stage.space);
    result.slices = slices_of(search, newest, coordinate_names(bench, stage.space));
    result.slices_space = stage.space;
}

/// The option that lets no further trial begin, or nothing.
template <class Search>
std::string stopped_by(const Search& search, const workbench& bench) {
    constexpr bouillon::trial_limit one{1}, ten{10};
    const auto& arguments = bench.arguments;
    if (search.done()) return "budget";
    const bouillon::deadline deadline{bench.start + std::chrono::seconds(arguments.deadline)};
    if (arguments.deadline > 0 && bouillon::when_all(one, deadline)(search)) return "deadline";
    if (arguments.patience > 0 && bouillon::no_improvement{arguments.patience}(search)) return "patience";
    const double newest = search.options().reference_losses.empty() ? bench.newest_losses.front() : 0;
    if (arguments.target_gain && bouillon::target_loss{newest - *arguments.target_gain}(search)) return "target-gain";
    bouillon::regret_below regret;
    if (arguments.stop_regret != "noise" && !arguments.stop_regret.empty())
        regret.loss = std::stod(arguments.stop_regret);
    if (!arguments.stop_regret.empty() && bouillon::when_all(ten, regret)(search)) return "stop-regret";
    return {};
}

template <class Search>
search_result run_trials(Search& search, std::size_t resumed, const search_stage& stage, workbench& bench) {
    const bool json = bench.arguments.json;
    progress_line progress(stage.budget);
    std::size_t done = 0;
    const auto report = [&](const bouillon::trial_event& event) {
        ++done;
        if (json) std::cout << trial_json(event, stage.earlier, bench.newest_losses, bench.weight_names()) << std::endl;
        const double loss =
            event.losses.empty() ? std::numeric_limits<double>::quiet_NaN() : bouillon::mean_loss(event.losses).mean;
        progress.trial(event.trial.ticket + 1, done, stage.budget - resumed - done, loss);
        if (event.losses.empty()) {
            progress.clear();
            std::cerr << "bouillon: trial " << stage.earlier + event.trial.ticket
                      << " failed: " << event.observation.reason << '\n';
        }
    };
    std::string by = stopped_by(search, bench);
    if (bench.race) bouillon::enter_trials(*bench.race, search.history(), bench.measure);
    for (; by.empty(); by = stopped_by(search, bench))
        if (bench.race)
            bouillon::run_trial(search, bench.measure, *bench.race, report);
        else
            bouillon::run_trial(search, bench.measure, report);
    search_result result{search.recommendation(), search.history().size(), by};
    if (bench.arguments.has_page()) describe_search(search, stage, bench, result);
    return result;
}

/// Runs the search, with a journal if one is asked for.
template <class Search>
search_result run_search(Search search, const search_stage& stage, workbench& bench) {
    if (stage.journal.empty()) return run_trials(search, 0, stage, bench);
    const auto mode = bench.arguments.resume ? bouillon::journal_mode::resume : bouillon::journal_mode::create;
    auto settings = journal_settings(bench, stage.space);
    settings.update(stage.settings);
    bouillon::journaled_search journaled(std::move(search), stage.journal, settings, mode);
    if (journaled.suggested_otherwise() > 0)
        std::cerr << "bouillon: " << journaled.suggested_otherwise() << " trials of " << stage.journal.string()
                  << " would be suggested elsewhere now: it is from another machine or version. They stand.\n";
    return run_trials(journaled, journaled.resumed(), stage, bench);
}

/// The point of the newest checkpoint.
std::vector<double> newest_point(const workbench& bench) {
    if (bench.arguments.space == "interval") return {1};
    if (bench.arguments.space == "schedule") return {1, 1, 1, 0};
    return bench.newest();
}

/// Searches a space by the acquisition and the kernel that the user chose.
search_result search_space(const any_space& space, const bouillon::search_options& options, const search_stage& stage,
                           workbench& bench) {
    const auto& arguments = bench.arguments;
    const any_kernel kernel = make_kernel(arguments.kernel);
    if (arguments.acquisition == "gp-hedge")
        return run_search(bouillon::bayesian_search<any_space, hedge, any_kernel>(space, options, hedge(), kernel),
                          stage, bench);
    return run_search(bouillon::bayesian_search<any_space, any_acquisition, any_kernel>(
                          space, options, make_acquisition(arguments.acquisition), kernel),
                      stage, bench);
}

/// Adds the warning of a border that the recommendation lies on.
search_result with_border(search_result result, const workbench& bench) {
    if (auto border = bouillon::border_warning(make_space(bench.arguments), result.recommendation.point))
        result.borders.push_back(*std::move(border));
    return result;
}

}  // namespace

search_result search_alike(workbench& bench) {
    const auto& arguments = bench.arguments;
    const search_stage stage{arguments.space, arguments.journal, arguments.budget};
    if (arguments.preset == "paper") {
        auto options = make_options(bench, {1.0});
        options.known.clear();  // the paper spends its second trial on the newest checkpoint
        return with_border(run_search(bouillon::paper_search(arguments.alpha, std::move(options)), stage, bench),
                           bench);
    }
    return with_border(search_space(make_space(arguments), make_options(bench, newest_point(bench)), stage, bench),
                       bench);
}

search_result search_groups(workbench& bench, const search_result& alike) {
    const auto& arguments = bench.arguments;
    const auto& merged = alike.recommendation.merge_weights;
    const auto space = make_group_space(arguments.groups, bench.groups, merged);
    auto options = make_options(bench, space.same_for_all(0));
    options.budget = arguments.groups.budget > 0 ? arguments.groups.budget : arguments.budget;
    const auto losses = bench.measure(merged, bouillon::document_set::search).losses;
    const bool paired = losses.size() > 1;
    const auto found = paired ? bouillon::paired_difference(losses, bench.newest_losses) : bouillon::mean_loss(losses);
    if (!space.contains_same_for_all(0)) options.known.clear();
    if (space.contains_same_for_all(1))
        options.known.push_back({space.same_for_all(1), found.mean, paired ? found.variance : std::nan("")});
    if (bench.race) bench.race->enter(merged, losses);

    search_stage stage{"groups", arguments.journal, options.budget, alike.trials};
    if (!stage.journal.empty()) stage.journal += ".groups";
    stage.settings["groups"] = to_json(bench.groups, space);
    search_result result = search_space({space}, options, stage, bench);
    result.trials += alike.trials;
    result.reported.insert(result.reported.begin(), alike.reported.begin(), alike.reported.end());
    const auto grouped = bench.measure(result.recommendation.merge_weights, bouillon::document_set::search).losses;
    result.borders = alike.borders;
    if (bouillon::mean_loss(grouped).mean >= bouillon::mean_loss(losses).mean)
        result.recommendation = alike.recommendation;
    else if (auto border = bouillon::border_warning(reached_bounds(bench.groups, space, result.recommendation.point)))
        result.borders.push_back(*std::move(border));
    return result;
}
