// SPDX-License-Identifier: Apache-2.0
// What racing saves, and what it costs in the answer: searches of real runs with every trial scored in full, and raced.
//   bench_racing --data RUNS --memory FOLDER --seeds 20 --output racing.jsonl
#include <bouillon/compare/compare.hpp>
#include <bouillon/compare/comparison_table.hpp>
#include <bouillon/merge_search.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/simplex.hpp>

#include "remembered_losses.hpp"
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

struct arguments {
    std::filesystem::path data, memory;
    std::vector<std::string> runs = {"kjv-llama", "novels-llama", "novels-neox"};
    std::size_t seeds = 20, first_seed = 1, budget = 20;
    bouillon::racing_options racing;
    std::string output;
};

/// What one search took and came to.
struct result {
    std::size_t trial_tokens = 0;     // search documents, of the trials and the newest checkpoint
    std::size_t baseline_tokens = 0;  // search documents, of the baselines and the found merge
    std::size_t test_tokens = 0;
    bouillon::merge_report report;
    std::vector<std::size_t> documents;  // (trials), scored
    std::vector<double> point;           // of the found merge
};

/// As `bouillon search` does it.
template <class Space>
result search_run(const Space& space, std::vector<double> newest_point, remembered_losses& run, const arguments& given,
                  std::uint64_t seed, bool raced) {
    const std::size_t checkpoints = run.checkpoints();
    result got;
    run.count_tokens();
    bouillon::measured_merges measure(run);
    const std::vector<double> newest = bouillon::simplex{checkpoints}.newest_average(1);
    bouillon::search_options options =
        bouillon::merge_search_options(measure(newest, bouillon::document_set::search).losses, std::move(newest_point));
    options.budget = given.budget;
    options.seed = seed;
    bouillon::bayesian_search search(space, options, bouillon::default_merge_acquisition{});
    const auto compared = bouillon::baselines(checkpoints, given.budget, seed);
    const auto on_trial = [&](const bouillon::trial_event& event) { got.documents.push_back(event.documents); };
    const auto on_merge = [](const std::string&) {};
    if (raced) {
        bouillon::racing_options racing = given.racing;
        racing.seed = seed;
        bouillon::document_race race(newest, options.reference_losses, racing);
        got.trial_tokens = run.count_tokens()[0];
        bouillon::enter_baselines(race, compared, measure);
        got.baseline_tokens = run.count_tokens()[0];
        bouillon::run_all_trials(search, measure, race, on_trial);
        got.trial_tokens += run.count_tokens()[0];
        got.report = bouillon::make_report(search.recommendation().merge_weights, compared, measure, race,
                                           bouillon::gain_documents::test, on_merge);
    } else {
        bouillon::run_all_trials(search, measure, on_trial);
        got.trial_tokens = run.count_tokens()[0];
        got.report = bouillon::make_report(search.recommendation().merge_weights, compared, measure,
                                           bouillon::gain_documents::test, on_merge);
    }
    got.point = search.recommendation().point;
    const auto [search_tokens, test_tokens] = run.count_tokens();
    got.baseline_tokens += search_tokens;
    got.test_tokens = test_tokens;
    return got;
}

/// One of the two ways to score trials, and what its searches took.
struct scored_search {
    bool raced;
    remembered_losses* losses;
    const arguments* given;
    std::vector<result>* results;  // (seeds), to which each is added

    std::string name() const { return raced ? "raced" : "full"; }

    template <bouillon::search_space Space>
    std::vector<double> run(const Space& space, const bouillon::trial_plan& plan, bouillon::measured_objective&) const {
        if constexpr (bouillon::merge_space<Space>) {
            std::vector<double> newest(space.dimension(), 0.0);
            newest.back() = 1;
            results->push_back(search_run(space, newest, *losses, *given, plan.seed, raced));
            return results->back().point;
        } else {
            throw bouillon::input_error("no run is searched over a box");
        }
    }
};

/// A run's merges by their loss on its test documents.
bouillon::objective<> test_loss(const std::string& name, remembered_losses& run) {
    bouillon::objective<> made{.name = name, .space = bouillon::simplex{run.checkpoints()}};
    if (run.checkpoints() == 2) made.space = bouillon::interval{.lower = 0.5, .upper = 1};
    made.value = [&run, space = made.space](std::span<const double> point) {
        const auto weights =
            bouillon::visit_space(space, [&](const auto& one) { return bouillon::detail::merge_weights(one, point); });
        return bouillon::mean_loss(run(weights, bouillon::document_set::test).losses).mean;
    };
    return made;
}

nlohmann::ordered_json to_json(const std::string& run, std::uint64_t seed, bool raced, const result& got) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const auto& row : got.report.rows)
        rows.push_back({{"name", row.name},
                        {"merge_weights", row.merge_weights},
                        {"search_loss", row.search.mean},
                        {"test_loss", row.test->mean}});
    return {{"run", run},
            {"seed", seed},
            {"raced", raced},
            {"trial_tokens", got.trial_tokens},
            {"baseline_tokens", got.baseline_tokens},
            {"test_tokens", got.test_tokens},
            {"documents", got.documents},
            {"rows", rows}};
}

/// Means over seeds.
struct summary {
    double trials = 0, searched = 0, tested = 0;  // tokens of raced searches as shares of the others', means over seeds
    double full_loss = 0, raced_loss = 0;         // of the found merges on the test documents, means over seeds
    double worst = -INFINITY;                     // raced less full
};

void add(summary& sum, const result& full, const result& raced, double seeds) {
    const auto share = [&](std::size_t raced_tokens, std::size_t full_tokens) {
        return static_cast<double>(raced_tokens) / static_cast<double>(full_tokens) / seeds;
    };
    sum.trials += share(raced.trial_tokens, full.trial_tokens);
    const std::size_t raced_search = raced.trial_tokens + raced.baseline_tokens,
                      full_search = full.trial_tokens + full.baseline_tokens;
    sum.searched += share(raced_search, full_search);
    sum.tested += share(raced_search + raced.test_tokens, full_search + full.test_tokens);
    const double full_loss = full.report.found().test->mean, raced_loss = raced.report.found().test->mean;
    sum.full_loss += full_loss / seeds;
    sum.raced_loss += raced_loss / seeds;
    sum.worst = std::max(sum.worst, raced_loss - full_loss);
}

/// Both searches of one run, seed by seed: a line of what the raced ones saved, and the comparison of what they found.
bouillon::comparison compare_searches(const std::string& name, const arguments& given, std::ofstream& output) {
    remembered_losses run(given.data / name, given.memory.empty() ? given.memory : given.memory / (name + ".jsonl"));
    std::vector<result> full, raced;  // (seeds)
    const auto made = bouillon::compare(
        test_loss(name, run),
        bouillon::variants{scored_search{false, &run, &given, &full}, scored_search{true, &run, &given, &raced}},
        {.budgets = {given.budget}, .seeds = given.seeds, .first_seed = given.first_seed});
    for (const auto& one : made.runs)
        if (!one.failure.empty()) throw bouillon::work_error(name + ", " + one.variant + ": " + one.failure);
    summary sum;
    for (std::size_t i = 0; i < given.seeds; ++i) {
        output << to_json(name, made.seeds[i], false, full[i]).dump() << '\n'
               << to_json(name, made.seeds[i], true, raced[i]).dump() << std::endl;
        add(sum, full[i], raced[i], static_cast<double>(given.seeds));
    }
    std::printf("%-13s  %6.3f  %14.3f  %10.3f  %9.4f  %9.4f  %+17.4f\n", name.c_str(), sum.trials, sum.searched,
                sum.tested, sum.full_loss, sum.raced_loss, sum.worst);
    std::fflush(stdout);
    return made;
}

}  // namespace

int main(int argc, char** argv) {
    arguments given;
    CLI::App app{"Searches with every trial scored in full, and raced"};
    app.add_option("--data", given.data, "folder of the runs")->required();
    app.add_option("--memory", given.memory, "folder in which scored documents are remembered");
    app.add_option("--runs", given.runs)->delimiter(',');
    app.add_option("--seeds", given.seeds)->capture_default_str();
    app.add_option("--first-seed", given.first_seed)->capture_default_str();
    app.add_option("--budget", given.budget)->capture_default_str();
    app.add_option("--first", given.racing.first, "documents of the first stage")->capture_default_str();
    app.add_option("--choice-share", given.racing.choice_share)->capture_default_str();
    app.add_option("--share", given.racing.share)->capture_default_str();
    app.add_option("--confidence", given.racing.confidence)->capture_default_str();
    app.add_option("--output", given.output, "file to which the searches are appended");
    CLI11_PARSE(app, argc, argv);
    std::ofstream output(given.output, std::ios::app);
    std::printf("%-13s  %6s  %14s  %10s  %9s  %9s  %17s\n", "run", "trials", "with baselines", "with tests",
                "full loss", "raced", "worst difference");
    bouillon::comparison all;
    for (const auto& name : given.runs) all.append(compare_searches(name, given, output));
    std::printf("\nTest loss of what was found\n%s", bouillon::to_table(all).c_str());
}
