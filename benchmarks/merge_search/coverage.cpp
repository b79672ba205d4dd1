// SPDX-License-Identifier: Apache-2.0
// Is a report's claim true? Searches on simulated runs whose true gains are known: how often the 95 % interval of the
// gain holds the true one, and how often a significant gain is claimed where there is none.
//   bench_coverage --searches 200
#include <bouillon/core/blas.hpp>
#include <bouillon/merge_search/document_split.hpp>
#include <bouillon/merge_search/make_report.hpp>
#include <bouillon/merge_search/racing.hpp>
#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/baselines.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/simplex.hpp>

#include "simulated_run.hpp"
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

using namespace bouillon;

struct arguments {
    std::size_t searches = 200, checkpoints = 4, budget = 20;
    std::uint64_t first_seed = 1;
    std::vector<std::size_t> documents = {24, 48, 256};
    std::vector<std::string> shapes;
    bool full = false;
};

/// The found merge's gain of one search, and what it truly is.
struct outcome {
    paired_gain claimed;
    double truth;

    bool covered() const { return claimed.lower() <= truth && truth <= claimed.upper(); }
    bool claims() const { return claimed.gain > 0 && claimed.significant; }
};

outcome run_one(simulated_run run, const arguments& given, gain_documents gains_on, std::uint64_t seed) {
    std::vector<double> newest(given.checkpoints, 0.0);
    newest.back() = 1;
    measured_merges measure(run);
    search_options options{.budget = given.budget, .seed = seed};
    options.reference_losses = measure(newest, document_set::search).losses;
    options.known = {{.point = newest}};
    bayesian_search search(simplex{given.checkpoints}, options);
    const auto nothing = [](const auto&) {};
    if (given.full) {
        run_search(search, measure, nothing);
    } else {
        document_race race(newest, options.reference_losses, {.seed = seed});
        enter_baselines(race, baselines(given.checkpoints, 0, 0), measure);
        run_search(search, measure, race, nothing);
    }
    const auto report =
        make_report(search.recommendation().merge_weights, {{"newest", {newest}}}, measure, gains_on, nothing);
    return {report.found().gain, run.true_gain(report.found().merge_weights)};
}

/// One line: the searches of one shape, number of documents and way to judge.
void run_cell(const run_shape& shape, std::size_t documents, gain_documents gains_on, const arguments& given) {
    std::size_t search = documents, test = documents;
    if (gains_on == gain_documents::confirm) {
        const auto split = split_documents(documents, 1.0 / 3, 1);
        search = split.search.size();
        test = split.confirm.size();
    }
    std::size_t covered = 0, claimed = 0, wrong = 0;
    double truth = 0, margin = 0, bias = 0;
    for (std::size_t i = 0; i < given.searches; ++i) {
        const std::uint64_t seed = given.first_seed + i;
        const auto one = run_one(simulated_run(shape, given.checkpoints, search, test, seed), given, gains_on, seed);
        covered += one.covered();
        claimed += one.claims();
        wrong += one.claims() && one.truth <= 0;
        truth += one.truth;
        margin += one.claimed.margin();
        bias += one.claimed.gain - one.truth;
    }
    const auto n = static_cast<double>(given.searches);
    const char* const names[] = {"search", "confirm", "test"};
    std::printf("| %s | %zu | %s | %.1f %% | %.1f %% | %.1f %% | %+.4f | %+.4f | %.4f |\n", shape.name.c_str(),
                documents, names[static_cast<int>(gains_on)], 100 * static_cast<double>(covered) / n,
                100 * static_cast<double>(claimed) / n, 100 * static_cast<double>(wrong) / n, truth / n, bias / n,
                margin / n);
    std::fflush(stdout);
}

int main(int argc, char** argv) {
    const detail::single_threaded_blas guard;
    arguments given;
    CLI::App app{"Coverage of a report's intervals"};
    app.add_option("--searches", given.searches, "a line")->capture_default_str();
    app.add_option("--checkpoints", given.checkpoints)->capture_default_str();
    app.add_option("--budget", given.budget)->capture_default_str();
    app.add_option("--documents", given.documents)->delimiter(',');
    app.add_option("--first-seed", given.first_seed)->capture_default_str();
    app.add_option("--shapes", given.shapes, "by their names; all without it")->delimiter(',');
    app.add_flag("--full", given.full, "Score every trial on all documents, without a race");
    CLI11_PARSE(app, argc, argv);

    const std::vector<run_shape> shapes = {
        {.name = "as examples/data"},
        {.name = "small gain", .noise = 0.02, .drift = 0.002},
        {.name = "no gain", .noise = 0, .drift = 0},
        {.name = "heavy tails", .noise = 0.02, .drift = 0.002, .scatter = document_scatter::heavy},
        {.name = "no gain with heavy tails", .noise = 0, .drift = 0, .scatter = document_scatter::heavy},
        {.name = "outliers", .noise = 0.02, .drift = 0.002, .scatter = document_scatter::outliers},
        {.name = "no gain with outliers", .noise = 0, .drift = 0, .scatter = document_scatter::outliers},
    };
    std::printf(
        "| run | documents | judged on | covered | gain claimed | wrongly | true gain | bias | half width |\n"
        "|---|---|---|---|---|---|---|---|---|\n");
    for (const run_shape& shape : shapes) {
        if (!given.shapes.empty() && std::ranges::find(given.shapes, shape.name) == given.shapes.end()) continue;
        for (const std::size_t documents : given.documents)
            for (const auto gains_on : {gain_documents::test, gain_documents::confirm, gain_documents::search})
                run_cell(shape, documents, gains_on, given);
    }
    return 0;
}
