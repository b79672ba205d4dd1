// SPDX-License-Identifier: Apache-2.0
// Is a report's claim true? Searches on simulated runs whose true gains are known: how often the 95 % interval of the
// gain holds the true one, and how often a significant gain is claimed where there is none.
//   bench_coverage --searches 200
#include <bouillon/core/blas.hpp>
#include <bouillon/merge_search/defaults.hpp>
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

/// How the claims of a line's searches compare with the truth.
struct tally {
    std::size_t searches = 0, covered = 0, claimed = 0, wrong = 0;
    double truth = 0, margin = 0, bias = 0;  // sums, nats per token

    void add(const paired_gain& claim, double true_gain) {
        const bool claims = claim.gain > 0 && claim.significant;
        ++searches;
        covered += claim.lower() <= true_gain && true_gain <= claim.upper();
        claimed += claims;
        wrong += claims && true_gain <= 0;
        truth += true_gain;
        margin += claim.margin();
        bias += claim.gain - true_gain;
    }

    void print(const std::string& run, std::size_t documents, const char* judged_on) const {
        const auto n = static_cast<double>(searches);
        std::printf("| %s | %zu | %s | %.1f %% | %.1f %% | %.1f %% | %+.4f | %+.4f | %.4f |\n", run.c_str(), documents,
                    judged_on, 100 * static_cast<double>(covered) / n, 100 * static_cast<double>(claimed) / n,
                    100 * static_cast<double>(wrong) / n, truth / n, bias / n, margin / n);
        std::fflush(stdout);
    }
};

/// The found merge's line in the report of one search.
report_row search_once(simulated_run& run, const arguments& given, std::uint64_t seed) {
    std::vector<double> newest(given.checkpoints, 0.0);
    newest.back() = 1;
    measured_merges<simulated_run> measure(run);
    search_options options = merge_search_options(measure(newest, document_set::search).losses, newest);
    options.budget = given.budget;
    options.seed = seed;
    bayesian_search search(simplex{given.checkpoints}, options, default_merge_acquisition{});
    const auto nothing = [](const auto&) {};
    if (given.full) {
        run_all_trials(search, measure, nothing);
    } else {
        document_race race(newest, options.reference_losses, {.seed = seed});
        enter_baselines(race, baselines(given.checkpoints, 0, 0), measure);
        run_all_trials(search, measure, race, nothing);
    }
    const auto found = search.recommendation().merge_weights;
    return make_report(found, {{"newest", {newest}}}, measure, gain_documents::test, nothing).found();
}

/// The searches of one shape and number of documents: with as many test documents, judged on them and on the search's
/// own, and with a third of the documents set aside to confirm.
void run_cell(const run_shape& shape, std::size_t documents, const arguments& given) {
    const auto split = split_documents(documents, 1.0 / 3, 1);
    tally test, confirm, own;
    for (std::size_t i = 0; i < given.searches; ++i) {
        const std::uint64_t seed = given.first_seed + i;
        simulated_run run(shape, given.checkpoints, documents, documents, seed);
        const auto found = search_once(run, given, seed);
        test.add(found.gain, run.true_gain(found.merge_weights));
        own.add(found.search_gain, run.true_gain(found.merge_weights));
        simulated_run parted(shape, given.checkpoints, split.search.size(), split.confirm.size(), seed);
        const auto confirmed = search_once(parted, given, seed);
        confirm.add(confirmed.gain, parted.true_gain(confirmed.merge_weights));
    }
    test.print(shape.name, documents, "test");
    confirm.print(shape.name, documents, "confirm");
    own.print(shape.name, documents, "search");
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
        {.name = "skewed", .noise = 0.02, .drift = 0.002, .scatter = document_scatter::skewed},
        {.name = "no gain but skewed", .noise = 0, .drift = 0, .scatter = document_scatter::skewed},
    };
    std::printf(
        "| run | documents | judged on | covered | gain claimed | wrongly | true gain | bias | half width |\n"
        "|---|---|---|---|---|---|---|---|---|\n");
    for (const run_shape& shape : shapes) {
        if (!given.shapes.empty() && std::ranges::find(given.shapes, shape.name) == given.shapes.end()) continue;
        for (const std::size_t documents : given.documents) run_cell(shape, documents, given);
    }
    return 0;
}
