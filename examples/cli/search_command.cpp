// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/compare_neighbours.hpp>
#include <bouillon/merge/write_merged.hpp>
#include <bouillon/merge_search.hpp>
#include <bouillon/search/journal.hpp>
#include <bouillon/search/paper_search.hpp>
#include <bouillon/search/regret.hpp>
#include <bouillon/search/stopping.hpp>
#include <bouillon/space/affine.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/schedule.hpp>
#include <bouillon/space/simplex.hpp>
#include <bouillon/version.hpp>

#include "commands.hpp"
#include "evaluators.hpp"
#include "group_options.hpp"
#include "held_out_input.hpp"
#include "html_report.hpp"
#include "posterior_slices.hpp"
#include "progress.hpp"
#include "report_output.hpp"
#include "run_options.hpp"
#include "run_time_choice.hpp"
#include <CLI/Option.hpp>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;

struct search_arguments {
    std::vector<fs::path> checkpoints;
    bouillon::run_selection selection;
    group_arguments groups;
    std::vector<std::string> command;  // its words
    fs::path held_out, test, journal, out, report;
    std::string space = "auto", kernel = "matern52", acquisition = "log-nei", preset, backend = "xtensor", score,
                metric = "choice-loss";
    double alpha = 0.5, lower = -0.5, upper = 1.5, step = 0.5;
    std::size_t budget = 20, threads = 0;
    std::uint64_t seed = 1;
    long score_limit = 3600, deadline = 0;
    std::optional<double> confirm, target_gain;
    std::size_t patience = 0;
    std::string stop_regret;
    bool full = false, resume = false, force = false, json = false;
};

/// Everything that a search runs on.
struct workbench {
    const search_arguments& arguments;
    bouillon::checkpoint_set checkpoints;
    bouillon::tensor_groups groups;  // empty: all tensors have the same merge weights
    evaluate_function evaluate;
    bouillon::measured_merges<evaluate_function> measure;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    std::vector<double> newest_losses;            // (search documents), of the newest checkpoint
    std::optional<bouillon::document_race> race;  // nothing: every trial is scored in full
    std::size_t confirming = 0;                   // documents set aside from the search's
    bouillon::gain_documents gains_on = bouillon::gain_documents::search;

    workbench(const workbench&) = delete;  // `measure` points into it
    workbench& operator=(const workbench&) = delete;

    explicit workbench(const search_arguments& given)
        : arguments(given),
          checkpoints(bouillon::open_checkpoints(given.checkpoints)),
          groups(make_groups(given.groups, checkpoints)),
          measure(evaluate) {
        if (!given.score.empty()) {
            evaluate = as_functions(std::make_shared<bouillon::external_evaluator>(
                checkpoints, bouillon::external_command{given.score, std::chrono::seconds(given.score_limit)}, groups));
        } else {
            auto [search, test] = read_documents();
            check_metric(given.metric, search.questions || test.questions, given.held_out);
            evaluate = make_resident_evaluator(
                checkpoints, groups, given.backend, given.threads, std::move(search.documents),
                std::move(test.documents),
                [](const bouillon::memory_plan& plan) { std::cerr << "memory: " << describe(plan) << '\n'; });
            if (search.questions || test.questions)
                evaluate = as_functions(std::make_shared<bouillon::question_evaluator<evaluate_function>>(
                    std::move(evaluate), std::move(search.questions), std::move(test.questions),
                    question_loss_of(given.metric)));
        }
        if (given.groups.any()) make_group_space(given.groups, groups, newest());  // a fault shows now, not at the end
        newest_losses = measure(newest(), bouillon::document_set::search).losses;
        if (gains_on != bouillon::gain_documents::search)
            measure(newest(), bouillon::document_set::test);  // so that a fault there shows now, not at the end
        if (!given.full && evaluate.some && newest_losses.size() > 1)
            race.emplace(newest(), newest_losses, bouillon::racing_options{.seed = given.seed});
    }

    /// What the search learns from, and what the gains are measured on.
    std::pair<held_out_input, held_out_input> read_documents() {
        auto search = read_held_out_input(arguments.held_out);
        if (!arguments.test.empty()) {
            gains_on = bouillon::gain_documents::test;
            return {std::move(search), read_held_out_input(arguments.test)};
        }
        const auto split =
            bouillon::split_documents(search.size(), arguments.confirm.value_or(1.0 / 3), arguments.seed);
        confirming = split.confirm.size();
        if (confirming == 0) return {std::move(search), {}};
        gains_on = bouillon::gain_documents::confirm;
        return {search.select(split.search), search.select(split.confirm)};
    }

    std::vector<double> newest() const { return bouillon::simplex{checkpoints.size()}.newest_average(1); }

    merge_weight_names weight_names() const {
        merge_weight_names names;
        for (const auto& checkpoint : checkpoints) names.checkpoints.push_back(checkpoint.name());
        for (const auto& group : groups.groups) names.groups.push_back(group.name);
        return names;
    }
};

/// The search's options. The newest checkpoint is the reference of every difference, so it is known exactly;
/// a scorer that prints one number gives losses instead, of which it is one.
bouillon::search_options make_options(const workbench& bench, std::vector<double> newest_point) {
    bouillon::search_options options;
    options.budget = bench.arguments.budget;
    options.seed = bench.arguments.seed;
    options.smallest_distance = 1e-4;  // closer merges differ by no more than their rounding
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
    std::size_t budget = 0;                            // trials
    std::size_t earlier = 0;                           // trials of the stages before it
    std::map<std::string, std::string> settings = {};  // its own in the journal
};

/// What must be the same when a journal is taken up again.
std::map<std::string, std::string> journal_settings(const workbench& bench, const search_stage& stage) {
    const auto& arguments = bench.arguments;
    std::string checkpoints;
    for (const auto& path : arguments.checkpoints) checkpoints += (checkpoints.empty() ? "" : " ") + path.string();
    std::map<std::string, std::string> settings = stage.settings;
    settings.insert({{"checkpoints", checkpoints},
                     {"space", stage.space},
                     {"kernel", arguments.kernel},
                     {"acquisition", arguments.acquisition}});
    if (arguments.score.empty())
        settings["held_out"] = arguments.held_out.string();
    else
        settings["score"] = arguments.score;
    if (arguments.metric != metric_names.front()) settings["metric"] = arguments.metric;
    if (bench.confirming > 0) settings["confirm"] = std::to_string(bench.confirming);
    if (bench.race) {
        const auto& options = bench.race->options();
        settings["racing"] = "from " + std::to_string(options.first) + " documents, share " +
                             std::to_string(options.share) + ", confidence " + std::to_string(options.confidence);
    }
    if (stage.space == "interval") settings["alpha"] = std::to_string(arguments.alpha);
    if (stage.space == "schedule") settings["step"] = std::to_string(arguments.step);
    if (stage.space == "affine")
        settings["bounds"] = std::to_string(arguments.lower) + " " + std::to_string(arguments.upper);
    return settings;
}

/// What a search came to.
struct search_result {
    bouillon::recommendation recommendation;
    std::size_t trials = 0;
    std::string stopped_by;  // the option that ended it, without its dashes
    std::vector<reported_trial> reported;
    std::vector<posterior_slice> slices;
};

/// What a page calls a space's coordinates.
std::vector<std::string> coordinate_names(const workbench& bench, const search_stage& stage) {
    const auto names = bench.weight_names();
    if (stage.space == "interval") return {"weight of " + names.checkpoints.back()};
    if (stage.space == "schedule") return {"window, checkpoints", "spacing, checkpoints", "shape", "step, windows"};
    std::vector<std::string> result;  // (coordinates)
    if (stage.space == "groups") {
        const auto space = make_group_space(bench.arguments.groups, bench.groups, bench.newest());
        for (std::size_t g = 0; g < names.groups.size(); ++g)
            if (space.lower[g] < space.upper[g]) result.push_back("scale of " + names.groups[g]);
    } else {
        for (const auto& name : names.checkpoints) result.push_back("weight of " + name);
    }
    return result;
}

/// A search's trials and beliefs, as a page shows them.
template <class Search>
void describe_search(const Search& search, const search_stage& stage, const workbench& bench, search_result& result) {
    const double newest = search.options().reference_losses.empty() ? bouillon::mean_loss(bench.newest_losses).mean : 0;
    for (const auto& [suggested, observed] : search.history().records()) {
        reported_trial trial{stage.earlier + suggested.ticket + 1, std::nullopt, std::sqrt(observed.variance),
                             observed.document_losses.size(), suggested.point};
        if (observed.status == bouillon::trial_status::observed) trial.gain = newest - observed.loss;
        result.reported.push_back(std::move(trial));
    }
    result.slices = slices_of(search, newest, coordinate_names(bench, stage));
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
    if (!bench.arguments.report.empty()) describe_search(search, stage, bench, result);
    return result;
}

/// Runs the search, with a journal if one is asked for.
template <class Search>
search_result run_search(Search search, const search_stage& stage, workbench& bench) {
    if (stage.journal.empty()) return run_trials(search, 0, stage, bench);
    const auto mode = bench.arguments.resume ? bouillon::journal_mode::resume : bouillon::journal_mode::create;
    bouillon::journaled_search journaled(std::move(search), stage.journal, journal_settings(bench, stage), mode);
    if (journaled.suggested_otherwise() > 0)
        std::cerr << "bouillon: " << journaled.suggested_otherwise() << " trials of " << stage.journal.string()
                  << " would be suggested elsewhere now: it is from another machine or version. They stand.\n";
    return run_trials(journaled, journaled.resumed(), stage, bench);
}

any_space make_space(const search_arguments& arguments) {
    const std::size_t checkpoints = arguments.checkpoints.size();
    if (arguments.space == "interval") return {bouillon::interval{.lower = arguments.alpha, .upper = 1}};
    if (arguments.space == "affine")
        return {bouillon::affine{.checkpoints = checkpoints, .lower = arguments.lower, .upper = arguments.upper}};
    if (arguments.space == "schedule")
        return {bouillon::schedule{.checkpoints = checkpoints, .largest_step = arguments.step}};
    return {bouillon::simplex{checkpoints}};
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

search_result search(workbench& bench) {
    const auto& arguments = bench.arguments;
    const search_stage stage{arguments.space, arguments.journal, arguments.budget};
    if (arguments.preset == "paper") {
        auto options = make_options(bench, {1.0});
        options.known.clear();  // the paper spends its second trial on the newest checkpoint
        return run_search(bouillon::paper_search(arguments.alpha, std::move(options)), stage, bench);
    }
    return search_space(make_space(arguments), make_options(bench, newest_point(bench)), stage, bench);
}

/// Searches group by group around what was found for all tensors alike; keeps that where nothing better is measured.
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
    stage.settings["groups"] = describe(bench.groups, space);
    search_result result = search_space({space}, options, stage, bench);
    result.trials += alike.trials;
    result.reported.insert(result.reported.begin(), alike.reported.begin(), alike.reported.end());
    const auto grouped = bench.measure(result.recommendation.merge_weights, bouillon::document_set::search).losses;
    if (bouillon::mean_loss(grouped).mean >= bouillon::mean_loss(losses).mean)
        result.recommendation = alike.recommendation;
    return result;
}

void check_usage(const search_arguments& arguments) {
    const auto refuse = [](const std::string& what) { throw bouillon::input_error(what); };
    if (arguments.groups.any() && arguments.preset == "paper")
        refuse("--preset paper has the same merge weights for all tensors: leave out --groups");
    if (arguments.checkpoints.size() < 2)
        refuse("search takes 2 or more checkpoints, but " + std::to_string(arguments.checkpoints.size()) + " is given");
    if (arguments.space == "interval" && arguments.checkpoints.size() != 2)
        refuse("--space interval takes 2 checkpoints, but " + std::to_string(arguments.checkpoints.size()) +
               " are given: use --space simplex");
    if (arguments.space == "affine" && !(arguments.lower <= 0 && 1 <= arguments.upper))
        refuse("--lower " + std::to_string(arguments.lower) + " and --upper " + std::to_string(arguments.upper) +
               " must let one checkpoint have all the weight: at most 0, at least 1");
    if (arguments.held_out.empty() == arguments.score.empty())
        refuse("give one of --held-out FILE and --score COMMAND");
    if (!arguments.score.empty() && !arguments.test.empty())
        refuse("--test needs --held-out: a --score command has no documents");
    if (arguments.confirm && (!arguments.test.empty() || !arguments.score.empty()))
        refuse("--confirm sets documents of --held-out aside: it goes with neither --test nor --score");
    if (arguments.resume && arguments.journal.empty()) refuse("--resume needs --journal FILE");
    if (!arguments.out.empty()) bouillon::require_writable_target(arguments.out, arguments.force);
}

void write_result(const workbench& bench, const bouillon::merge_report& report) {
    const auto& arguments = bench.arguments;
    const auto weights = report.merge() ? report.found().merge_weights : bench.newest();
    bouillon::write_merged(bench.checkpoints, weights, arguments.out,
                           {.force = arguments.force,
                            .provenance = {{"bouillon.version", bouillon::version},
                                           {"bouillon.decision", report.merge() ? "merge" : "keep newest"}},
                            .threads = arguments.threads,
                            .groups = bench.groups});
}

std::string quoted_where_needed(const std::string& word) {
    const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$&;|<>()*?[]{}#~`!") == word.npos;
    return plain ? word : bouillon::detail::shell_quote(word);
}

/// The page of a search that is over.
report_page make_page(workbench& bench, const search_result& result, const bouillon::merge_report& report) {
    report_page page;
    page.names = bench.weight_names();
    page.decision = decision_text(report, page.names.checkpoints.back());
    page.version = bouillon::version;
    page.journal = bench.arguments.journal.string();
    for (const auto& word : bench.arguments.command)
        page.command += (page.command.empty() ? "" : " ") + quoted_where_needed(word);
    page.report = report;
    page.trials = result.reported;
    page.slices = result.slices;
    for (std::size_t k = 0; k < bench.checkpoints.size(); ++k) {
        std::vector<double> alone(bench.checkpoints.size(), 0.0);
        alone[k] = 1;
        const auto loss = bouillon::mean_loss(bench.measure(alone, bouillon::document_set::search).losses);
        page.checkpoints.push_back({page.names.checkpoints[k], loss.mean, loss.standard_error()});
    }
    const auto pairs = bouillon::compare_neighbours(bench.checkpoints, bench.arguments.threads);
    for (std::size_t k = 0; k < pairs.size(); ++k) {
        bouillon::comparison whole;
        for (const auto& tensor : pairs[k]) whole += tensor;
        page.distances.push_back({page.names.checkpoints[k], page.names.checkpoints[k + 1], whole.distance(),
                                  whole.distance() / whole.norm_b(), whole.cosine()});
    }
    return page;
}

void run(search_arguments arguments) {
    if (arguments.preset == "paper") {
        arguments.acquisition = "gp-hedge, the paper's";
        arguments.space = "interval";
        arguments.full = true;
    }
    arguments.checkpoints = bouillon::select_checkpoints(arguments.checkpoints, arguments.selection);
    if (arguments.space == "auto") arguments.space = arguments.checkpoints.size() == 2 ? "interval" : "simplex";
    check_usage(arguments);
    std::optional<report_file> page;
    if (!arguments.report.empty()) page.emplace(arguments.report, arguments.force);
    workbench bench(arguments);
    if (bench.race)
        bouillon::enter_baselines(*bench.race, bouillon::baselines(bench.checkpoints.size(), 0, 0), bench.measure);
    search_result result = search(bench);
    const bouillon::recommendation alike = result.recommendation;
    if (arguments.groups.any()) result = search_groups(bench, result);
    const auto& recommended = result.recommendation;
    const std::size_t trials = result.trials;
    const std::string& stopped_by = result.stopped_by;
    auto compared = bouillon::baselines(bench.checkpoints.size(), trials, arguments.seed);
    if (arguments.groups.any()) compared.push_back({"found, all tensors alike", {alike.merge_weights}});
    bouillon::merge_report report;
    {
        progress_line progress(arguments.budget);
        const auto show = [&](const std::string& name) { progress.show("measuring " + name); };
        const auto& found = recommended.merge_weights;
        report = bench.race ? bouillon::make_report(found, compared, bench.measure, *bench.race, bench.gains_on, show)
                            : bouillon::make_report(found, compared, bench.measure, bench.gains_on, show);
    }
    report.warnings = bouillon::warnings_of(report, bench.weight_names().checkpoints);
    if (auto border = bouillon::border_warning(make_space(arguments), alike.point))
        report.warnings.push_back(*std::move(border));
    if (!arguments.out.empty()) write_result(bench, report);
    if (page) page->publish(html_report(make_page(bench, result, report)));
    if (arguments.json) {
        std::cout << result_json(report, recommended, bench.weight_names(), stopped_by) << std::endl;
        return;
    }
    if (stopped_by != "budget")
        std::cout << "Stopped by --" << stopped_by << " after " << trials << " of " << arguments.budget
                  << " trials\n\n";
    std::cout << result_text(report, bench.weight_names());
    if (!arguments.out.empty())
        std::cout << "Written: " << arguments.out.string()
                  << (report.merge() ? " (the found merge)\n" : " (the newest checkpoint)\n");
}

void add_data_options(CLI::App& command, search_arguments& arguments) {
    command
        .add_option("checkpoints", arguments.checkpoints,
                    "Checkpoints of one run, the newest last: Hugging Face directories or .safetensors files; or its "
                    "folder")
        ->required()
        ->type_name("CHECKPOINT");
    add_run_options(command, arguments.selection);
    command
        .add_option("--held-out", arguments.held_out,
                    "Documents, or multiple-choice questions, that the search learns from: safetensors with tokens, "
                    "document_offsets")
        ->type_name("FILE");
    add_metric_option(command, arguments.metric);
    command.add_option("--test", arguments.test, "Documents that only the verdict sees, for an honest gain")
        ->type_name("FILE");
    command
        .add_option("--confirm", arguments.confirm,
                    "Without --test: the share of the --held-out documents that the search does not see and the gain "
                    "is measured on, a third unless given; 0: none, and the gain is not honest")
        ->check(CLI::Range(0.0, 0.9))
        ->type_name("SHARE");
    command
        .add_option(
            "--score", arguments.score,
            "Instead of --held-out: a command that prints a merge's loss (lower is better) on its last line, or "
            "each document's as a JSON array or as \"losses\" of an object; {checkpoint} becomes the merge's "
            "path")
        ->type_name("COMMAND");
    command
        .add_option("--score-limit", arguments.score_limit,
                    "Time that a --score command may take, seconds; then its trial failed")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command
        .add_option("--out", arguments.out,
                    "Write the checkpoint to use: the found merge, or the newest when no gain is significant")
        ->type_name("DIR");
    command.add_option("--report", arguments.report, "Write a page about the search: one HTML file, for any browser")
        ->type_name("FILE");
    command.add_flag("--force", arguments.force, "Replace an existing --out or --report");
    command.add_flag("--json", arguments.json, "Print one JSON object a line instead of the table");
}

void add_method_options(CLI::App& command, search_arguments& arguments) {
    command
        .add_option(
            "--space", arguments.space,
            "Merge weights to search: interval (2 checkpoints, the newer's weight in [alpha, 1]), simplex (any "
            "number, not negative, sum 1), affine (any number, between --lower and --upper, sum 1), schedule (many: "
            "window, spacing, decay shape and a step of up to --step), auto (interval or simplex by their "
            "number)")
        ->check(CLI::IsMember({"auto", "interval", "simplex", "affine", "schedule"}))
        ->capture_default_str();
    command.add_option("--alpha", arguments.alpha, "Smallest weight of the newer checkpoint in the interval")
        ->check(CLI::Range(0.0, 0.999))
        ->capture_default_str();
    command.add_option("--lower", arguments.lower, "Smallest merge weight in the affine space, at most 0")
        ->capture_default_str();
    command.add_option("--upper", arguments.upper, "Largest merge weight in the affine space, at least 1")
        ->capture_default_str();
    command.add_option("--step", arguments.step, "Largest step past a merge in the schedule space, in windows")
        ->check(CLI::Range(1e-6, 10.0))
        ->capture_default_str();
    command.add_option("--kernel", arguments.kernel, "Covariance of the surrogate")
        ->check(CLI::IsMember(kernel_names))
        ->capture_default_str();
    command.add_option("--acquisition", arguments.acquisition, "What decides the next trial")
        ->check(CLI::IsMember(acquisition_names))
        ->capture_default_str();
    command
        .add_option("--preset", arguments.preset,
                    "paper: Liu et al. (2025): interval, started at {alpha, 1}, GP-Hedge over EI, PI and UCB")
        ->check(CLI::IsMember({"paper"}));
    command
        .add_option("--budget", arguments.budget, "Trials; the equal-budget baseline takes as many measurements again")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    command.add_flag("--full", arguments.full,
                     "Score every trial on all search documents; without it a trial stops at as many as it takes to "
                     "compare it with the best one");
    command.add_option("--seed", arguments.seed, "Seed of everything random")->capture_default_str();
    command.add_option("--backend", arguments.backend, "Tensor backend")
        ->check(CLI::IsMember(backend_names))
        ->capture_default_str();
    command.add_option("--threads", arguments.threads, "Threads of the xtensor backend; 0 for all")
        ->capture_default_str();
    command
        .add_option("--journal", arguments.journal, "Write every trial down as it ends, to continue from after a kill")
        ->type_name("FILE");
    command.add_flag("--resume", arguments.resume, "Continue from the journal");
}

void add_stopping_options(CLI::App& command, search_arguments& arguments) {
    command
        .add_option("--deadline", arguments.deadline,
                    "Begin no further trial so long after the start, seconds; the baselines are measured all the same")
        ->check(CLI::PositiveNumber)
        ->type_name("SECONDS");
    command
        .add_option("--target-gain", arguments.target_gain,
                    "Stop when the recommended merge is believed to gain so much over the newest checkpoint")
        ->type_name("LOSS");
    command
        .add_option("--patience", arguments.patience,
                    "Stop when so many trials in a row made the recommended merge no better than noise can")
        ->check(CLI::PositiveNumber)
        ->type_name("TRIALS");
    command
        .add_option(
            "--stop-regret", arguments.stop_regret,
            "Stop, after 10 trials or more, when no merge is likely to be better than the recommended one by so "
            "much; noise: by the standard error of one trial")
        ->check(CLI::IsMember({"noise"}) | CLI::PositiveNumber)
        ->type_name("LOSS|noise");
}

}  // namespace

void add_search_command(CLI::App& program, std::vector<std::string> words) {
    auto arguments = std::make_shared<search_arguments>();
    arguments->command = std::move(words);
    CLI::App* command = program.add_subcommand("search", "Search the best merge of checkpoints");
    add_data_options(*command, *arguments);
    add_method_options(*command, *arguments);
    add_stopping_options(*command, *arguments);
    add_group_options(*command, arguments->groups);
    command->footer(
        "Examples:\n"
        "  bouillon search run/step-1000 run/step-2000 --held-out search.safetensors --test test.safetensors --out "
        "merged\n"
        "  bouillon search run/step-* --held-out search.safetensors --budget 40 --journal search.jsonl\n"
        "  bouillon search run/step-* --score './evaluate.sh {checkpoint}' --budget 30 --json");
    command->callback([arguments] { run(*arguments); });
}
