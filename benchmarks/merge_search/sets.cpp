// SPDX-License-Identifier: Apache-2.0
// Are the claims about several held-out sets true? Searches on simulated runs with three sets whose true gains are
// known: how often each set's interval holds the true one, how often one or more of a merge's claims is false, and how
// often a merge that is to be used breaks its guard.
//   bench_sets --searches 400
#include <bouillon/acquisition/guarded.hpp>
#include <bouillon/compare/environment.hpp>
#include <bouillon/compare/processes.hpp>
#include <bouillon/core/blas.hpp>
#include <bouillon/merge_search/defaults.hpp>
#include <bouillon/merge_search/guard_verdict.hpp>
#include <bouillon/merge_search/make_report.hpp>
#include <bouillon/merge_search/racing.hpp>
#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/baselines.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/simplex.hpp>

#include "simulated_sets.hpp"
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
    std::size_t searches = 400, checkpoints = 4, budget = 20, processes = 1;
    std::uint64_t first_seed = 1;
};

/// Three sets, and what a merge may lose on one of them.
struct sets_problem {
    std::string name;
    std::vector<set_shape> sets;
    std::vector<domain_guard> guards = {};
};

/// What one search comes to, as numbers: for each set whether its interval holds the truth; whether one claim or more
/// of the found merge is false; whether the recommended merge breaks a guard in truth; whether a merge is to be used;
/// whether that is wrong, in its gain or in a guard; the true gain of what is to be used, nats per token.
struct outcome {
    static constexpr std::size_t numbers = 8;

    bool covered[3] = {}, false_claim = false, recommended_breaks = false, used = false, used_wrongly = false;
    double gain = 0;

    void write(std::span<double> values) const {
        for (std::size_t s = 0; s < 3; ++s) values[s] = covered[s];
        values[3] = false_claim;
        values[4] = recommended_breaks;
        values[5] = used;
        values[6] = used_wrongly;
        values[7] = gain;
    }
};

outcome search_once(const sets_problem& problem, const arguments& given, std::uint64_t seed) {
    simulated_sets run(problem.sets, given.checkpoints, true, seed);
    std::vector<double> newest(given.checkpoints, 0.0);
    newest.back() = 1;
    measured_merges<simulated_sets> measure(run);
    search_options options = merge_search_options(measure(newest, document_set::search).losses, newest);
    options.budget = given.budget;
    options.seed = seed;
    options.domains = run.domains().search;
    options.guards = problem.guards;
    bayesian_search search(simplex{given.checkpoints}, options, guarded<default_merge_acquisition>{});
    document_race race(newest, options.reference_losses, {.seed = seed}, options.domains, options.guards);
    enter_baselines(race, baselines(given.checkpoints, 0, 0), measure);
    const auto nothing = [](const auto&) {};
    run_all_trials(search, measure, race, nothing);
    const auto found = search.recommendation().merge_weights;
    const measured_domains domains{run.domains().search, run.domains().test, problem.guards};
    const auto report = make_report(found, {{"newest", {newest}}}, measure, gain_documents::test, nothing, domains);
    const auto breaks = [&](std::size_t set) {
        return std::ranges::any_of(problem.guards, [&](const domain_guard& guard) {
            return guard.domain == problem.sets[set].shape.name && run.true_gain(set, found) < -guard.allowed_loss;
        });
    };
    outcome result;
    for (std::size_t s = 0; s < 3; ++s) {
        const paired_gain& claim = report.found().domains[s].gain;
        const double truth = run.true_gain(s, found);
        result.covered[s] = claim.lower() <= truth && truth <= claim.upper();
        result.false_claim |= claim.significant && (claim.gain > 0 ? truth <= 0 : truth >= 0);
        result.recommended_breaks |= breaks(s);
    }
    result.used = report.merge();
    result.used_wrongly = result.used && (result.recommended_breaks || run.true_gain(found) <= 0);
    result.gain = result.used ? run.true_gain(found) : 0;
    return result;
}

void run_problem(const sets_problem& problem, const arguments& given) {
    const std::vector<std::size_t> sizes(given.searches, outcome::numbers);
    const auto search = [&](std::size_t i, std::span<double> numbers) {
        search_once(problem, given, given.first_seed + i).write(numbers);
        return std::string();
    };
    std::vector<double> sums(outcome::numbers);
    for (const task_result& done : run_in_processes(sizes, given.processes, search))
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += done.numbers[i] / static_cast<double>(given.searches);
    std::printf("| %s | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %+.4f |\n", problem.name.c_str(),
                100 * sums[0], 100 * sums[1], 100 * sums[2], 100 * sums[3], 100 * sums[4], 100 * sums[5], 100 * sums[6],
                sums[7]);
    std::fflush(stdout);
}

int main(int argc, char** argv) {
    const detail::single_threaded_blas single;
    arguments given;
    CLI::App app{"Truth of what is claimed about several held-out sets"};
    app.add_option("--searches", given.searches, "a line")->capture_default_str();
    app.add_option("--checkpoints", given.checkpoints)->capture_default_str();
    app.add_option("--budget", given.budget)->capture_default_str();
    app.add_option("--first-seed", given.first_seed)->capture_default_str();
    app.add_option("--processes", given.processes, "searches at a time; 0: as many as processors")
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    // On code the older checkpoints are so much worse that what is best for web text and mathematics breaks the guard.
    const run_shape web{.name = "web"}, math{.name = "math", .noise = 0.1, .spread = 0.05};
    const run_shape code{.name = "code", .noise = 0.06, .drift = 0.03};
    const auto small = [](run_shape shape) {
        shape.noise = 0.02;
        shape.drift = 0.002;
        return shape;
    };
    const auto none = [](run_shape shape) {
        shape.noise = shape.drift = 0;
        return shape;
    };
    const std::vector<sets_problem> problems = {
        {"gains of three sizes", {{web, 48}, {code, 24, 0.5}, {math, 96}}},
        {"small gains", {{small(web), 48}, {small(code), 24, 0.5}, {small(math), 96}}},
        {"a gain on one set", {{none(web), 48}, {none(code), 24, 0.5}, {math, 96}}},
        {"no gain", {{none(web), 48}, {none(code), 24, 0.5}, {none(math), 96}}},
        {"a guard of 0", {{web, 48}, {code, 48, 0}, {math, 48}}, {{"code", 0}}},
        {"a guard of 0.01", {{web, 48}, {code, 48, 0}, {math, 48}}, {{"code", 0.01}}},
        {"a guard where nothing gains", {{none(web), 48}, {code, 48, 0}, {none(math), 48}}, {{"code", 0}}},
    };
    std::printf(
        "%s\n\n"
        "| sets | held, web | held, code | held, math | a false claim | guard broken | used | used wrongly | gain |\n"
        "|---|---|---|---|---|---|---|---|---|\n",
        environment_line(this_environment()).c_str());
    for (const auto& problem : problems) run_problem(problem, given);
    return 0;
}
