// SPDX-License-Identifier: Apache-2.0
// Is a report's claim true? Searches on simulated runs whose true gains are known: how often the 95 % interval of the
// gain holds the true one, and how often a significant gain is claimed where there is none.
//   bench_coverage --searches 200
#include <bouillon/compare/environment.hpp>
#include <bouillon/compare/processes.hpp>
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
#include <span>
#include <string>
#include <vector>

using namespace bouillon;

struct arguments {
    std::size_t searches = 200, checkpoints = 4, budget = 20, processes = 1;
    std::uint64_t first_seed = 1;
    std::vector<std::size_t> documents = {24, 48, 256};
    std::vector<std::string> shapes;
    bool full = false;
};

/// What one claim comes to beside the truth, as numbers: whether its interval holds the true gain, whether a gain is
/// claimed and whether wrongly; the true gain, the interval's half width and the claim's error, nats per token.
constexpr std::size_t numbers_of_claim = 6;

void judge(const paired_gain& claim, double true_gain, std::span<double> numbers) {
    const bool claims = claim.gain > 0 && claim.significant;
    numbers[0] = claim.lower() <= true_gain && true_gain <= claim.upper() ? 1 : 0;
    numbers[1] = claims ? 1 : 0;
    numbers[2] = claims && true_gain <= 0 ? 1 : 0;
    numbers[3] = true_gain;
    numbers[4] = claim.margin();
    numbers[5] = claim.gain - true_gain;
}

/// How the claims of a line's searches compare with the truth.
struct tally {
    std::size_t searches = 0;
    double covered = 0, claimed = 0, wrong = 0;
    double truth = 0, margin = 0, bias = 0;  // sums, nats per token

    void add(std::span<const double> claim) {
        ++searches;
        covered += claim[0];
        claimed += claim[1];
        wrong += claim[2];
        truth += claim[3];
        margin += claim[4];
        bias += claim[5];
    }

    void print(const std::string& run, std::size_t documents, const char* judged_on) const {
        const auto n = static_cast<double>(searches);
        std::printf("| %s | %zu | %s | %.1f %% | %.1f %% | %.1f %% | %+.4f | %+.4f | %.4f |\n", run.c_str(), documents,
                    judged_on, 100 * covered / n, 100 * claimed / n, 100 * wrong / n, truth / n, bias / n, margin / n);
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
    const std::vector<std::size_t> sizes(given.searches, 3 * numbers_of_claim);
    const auto search = [&](std::size_t i, std::span<double> numbers) {
        const std::uint64_t seed = given.first_seed + i;
        simulated_run run(shape, given.checkpoints, documents, documents, seed);
        const auto found = search_once(run, given, seed);
        judge(found.gain, run.true_gain(found.merge_weights), numbers);
        judge(found.search_gain, run.true_gain(found.merge_weights), numbers.subspan(numbers_of_claim));
        simulated_run parted(shape, given.checkpoints, split.search.size(), split.confirm.size(), seed);
        const auto confirmed = search_once(parted, given, seed);
        judge(confirmed.gain, parted.true_gain(confirmed.merge_weights), numbers.subspan(2 * numbers_of_claim));
        return std::string();
    };
    tally test, own, confirm;
    for (const task_result& done : run_in_processes(sizes, given.processes, search)) {
        const std::span claims(done.numbers);
        test.add(claims);
        own.add(claims.subspan(numbers_of_claim));
        confirm.add(claims.subspan(2 * numbers_of_claim));
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
    app.add_option("--processes", given.processes, "searches at a time; 0: as many as processors")
        ->capture_default_str();
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
        "%s\n\n"
        "| run | documents | judged on | covered | gain claimed | wrongly | true gain | bias | half width |\n"
        "|---|---|---|---|---|---|---|---|---|\n",
        environment_line(this_environment()).c_str());
    for (const run_shape& shape : shapes) {
        if (!given.shapes.empty() && std::ranges::find(given.shapes, shape.name) == given.shapes.end()) continue;
        for (const std::size_t documents : given.documents) run_cell(shape, documents, given);
    }
    return 0;
}
