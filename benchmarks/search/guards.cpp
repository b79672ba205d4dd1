// SPDX-License-Identifier: Apache-2.0
// Are guards better than a penalty in the objective? Searches of functions whose best point breaks a guard: after how
// many trials one is close to the best point that keeps it, and how often the recommendation breaks it, in truth.
//   bench_guards --seeds 50
#include <bouillon/acquisition/guarded.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/compare/processes.hpp>
#include <bouillon/compare/quantile.hpp>
#include <bouillon/core/blas.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/simplex.hpp>
#include <bouillon/space/spread.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <limits>
#include <numbers>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace bouillon;

struct arguments {
    std::size_t seeds = 50, budget = 40, processes = 1;
    std::uint64_t first_seed = 1;
    double noise = 1;  // times each problem's own
};

using coordinates = std::vector<double>;
using function = std::function<double(const coordinates&)>;

/// A loss and losses that are guarded, each at most 0 where its guard is kept.
template <class Space>
struct guarded_objective {
    Space space;
    function loss;
    std::vector<function> guards;
    double noise = 0;                           // standard deviation of each observation
    std::optional<coordinates> reference = {};  // where all are 0
    double close = 0;                           // a regret that is small
    double best = 0;                            // the least loss that keeps the guards

    bool keeps(const coordinates& at) const {
        return std::ranges::all_of(guards, [&](const function& guard) { return guard(at) <= 0; });
    }
};

/// The least loss within the guards, and without them: of many points, then of points around the best.
template <class Space>
double least_loss(const guarded_objective<Space>& problem, bool within) {
    random_engine engine = make_engine(7);
    double least = std::numeric_limits<double>::infinity();
    coordinates best;
    const auto look = [&](coordinates unit_point) {
        const coordinates at = problem.space.point(unit_point);
        if (within && !problem.keeps(at)) return;
        if (const double loss = problem.loss(at); loss < least) least = loss, best = std::move(unit_point);
    };
    for (int i = 0; i < 20000; ++i) look(uniform_sample(problem.space, engine));
    for (int i = 0; i < 20000; ++i) {
        coordinates near = perturbed(best, engine);
        problem.space.project(near);
        look(std::move(near));
    }
    return least;
}

/// A merge of some checkpoints. Each domain's loss rises from a point of its own, which for code is near the newest
/// checkpoint. The guard costs between a fifth and four fifths of what could be gained without it.
guarded_objective<simplex> merge_problem(std::size_t checkpoints, std::uint64_t seed) {
    const simplex space{checkpoints};
    for (std::uint64_t attempt = 0;; ++attempt) {
        random_engine engine = make_engine(seed, 1000 + attempt);
        coordinates newest(checkpoints, 0.0);
        newest.back() = 1;
        const auto bowl = [&](double towards_newest) {
            coordinates centre = uniform_sample(space, engine), widths(checkpoints);
            for (std::size_t k = 0; k < checkpoints; ++k) {
                centre[k] += towards_newest * (newest[k] - centre[k]);
                widths[k] = 0.02 * std::exp(normal(engine) * 0.5);
            }
            const auto height = [centre, widths](const coordinates& at) {
                double sum = 0;
                for (std::size_t k = 0; k < at.size(); ++k) sum += widths[k] * std::pow(at[k] - centre[k], 2);
                return 0.04 * std::log1p(sum / 0.04) + 1e-4 * std::sin(9 * at[0]);
            };
            return function([height, level = height(newest)](const coordinates& at) { return height(at) - level; });
        };
        guarded_objective<simplex> problem{.space = space, .loss = bowl(0), .guards = {bowl(0.7)}, .reference = newest};
        const double free = least_loss(problem, false);
        problem.best = least_loss(problem, true);
        if (!(problem.best < 0.2 * free && problem.best > 0.8 * free)) continue;  // the guard must cost something
        problem.noise = -0.05 * free;
        problem.close = -0.05 * problem.best;
        return problem;
    }
}

template <class Space>
guarded_objective<Space> with_best(guarded_objective<Space> problem) {
    problem.best = least_loss(problem, true);
    return problem;
}

/// Reference: Gardner et al. (2014), simulation 1.
guarded_objective<box> two_waves() {
    return with_best(guarded_objective<box>{
        .space = {.lower = {0, 0}, .upper = {6, 6}},
        .loss = [](const coordinates& x) { return std::cos(2 * x[0]) * std::cos(x[1]) + std::sin(x[0]); },
        .guards = {[](const coordinates& x) { return std::cos(x[0] + x[1]) - 0.5; }},
        .noise = 0.05,
        .close = 0.1});
}

/// Reference: Gramacy et al. (2016), "Modeling an augmented Lagrangian for blackbox constrained optimization".
guarded_objective<box> two_guards() {
    const auto wave = [](const coordinates& x) {
        return 1.5 - x[0] - 2 * x[1] - 0.5 * std::sin(2 * std::numbers::pi * (x[0] * x[0] - 2 * x[1]));
    };
    return with_best(
        guarded_objective<box>{.space = {.lower = {0, 0}, .upper = {1, 1}},
                               .loss = [](const coordinates& x) { return x[0] + x[1]; },
                               .guards = {wave, [](const coordinates& x) { return x[0] * x[0] + x[1] * x[1] - 1.5; }},
                               .noise = 0.02,
                               .close = 0.05});
}

/// What one search came to.
struct outcome {
    double trials;  ///< until one was close to the best and kept the guards; one more than the budget: never
    double broken;  ///< whether the recommendation breaks a guard: 0 or 1
    double regret;  ///< of the recommendation
};

/// Runs a search: `tell(search, trial, loss, guard losses)` observes a trial.
template <class Search, class Space, class Tell>
outcome run(Search search, const guarded_objective<Space>& problem, double noise, std::uint64_t seed,
            const Tell& tell) {
    random_engine engine = make_engine(seed, 500);
    outcome reached{static_cast<double>(search.options().budget + 1), 0, 0};
    while (!search.done()) {
        const trial next = search.suggest();
        const double loss = problem.loss(next.point);
        const bool is_close = loss <= problem.best + problem.close && problem.keeps(next.point);
        if (is_close) reached.trials = std::min(reached.trials, static_cast<double>(next.ticket + 1));
        std::vector<double> lost;
        const double seen = loss + noise * normal(engine);
        for (const auto& guard : problem.guards) lost.push_back(guard(next.point) + noise * normal(engine));
        tell(search, next, seen, lost);
    }
    const coordinates found = search.recommendation().point;
    reached.broken = problem.keeps(found) ? 0 : 1;
    reached.regret = problem.loss(found) - problem.best;
    return reached;
}

search_options options_of(const arguments& given, const std::optional<coordinates>& reference, std::uint64_t seed) {
    search_options options{.budget = given.budget, .seed = seed};
    options.climbs.elsewhere = false;
    if (reference) options.known = {{.point = *reference}};
    return options;
}

/// By guards, each of which has documents of its own.
template <class Space>
outcome by_guards(const guarded_objective<Space>& problem, const arguments& given, std::uint64_t seed) {
    search_options options = options_of(given, problem.reference, seed);
    options.domains = {{"web", 2, 1}};
    for (std::size_t g = 0; g < problem.guards.size(); ++g) {
        options.domains.push_back({"guard " + bouillon::to_string(g), 2, 0});
        options.guards.push_back({options.domains.back().name});
    }
    options.reference_losses.assign(2 * options.domains.size(), 0.0);
    const double noise = given.noise * problem.noise;
    const auto tell = [&](auto& search, const trial& next, double loss, const std::vector<double>& lost) {
        std::vector<loss_estimate> guards;
        for (const double each : lost) guards.push_back({each, noise * noise});
        search.observe(next, {loss, noise * noise}, guards, {});
    };
    using search = bayesian_search<Space, guarded<log_noisy_expected_improvement>>;
    return run(search(problem.space, options), problem, noise, seed, tell);
}

/// By a penalty for each guard that is broken as measured.
template <class Space>
outcome by_penalty(const guarded_objective<Space>& problem, const arguments& given, std::uint64_t seed, double weight) {
    const double noise = given.noise * problem.noise;
    const auto tell = [&](auto& search, const trial& next, double loss, const std::vector<double>& lost) {
        double penalised = loss, variance = noise * noise;
        for (const double each : lost) {
            penalised += weight * std::max(each, 0.0);
            if (each > 0) variance += weight * weight * noise * noise;
        }
        search.observe(next, penalised, variance);
    };
    using search = bayesian_search<Space, log_noisy_expected_improvement>;
    return run(search(problem.space, options_of(given, problem.reference, seed)), problem, noise, seed, tell);
}

void print(const std::string& problem, const std::string& search, std::span<const task_result> done) {
    std::vector<double> trials, regrets;
    double broken = 0;
    for (const auto& one : done) {
        trials.push_back(one.numbers[0]);
        broken += one.numbers[1];
        regrets.push_back(one.numbers[2]);
    }
    std::printf("| %s | %s | %.1f | %.1f to %.1f | %.0f %% | %.2f |\n", problem.c_str(), search.c_str(),
                quantile(trials, 0.5), quantile(trials, 0.25), quantile(trials, 0.75),
                100 * broken / static_cast<double>(done.size()), quantile(regrets, 0.5));
    std::fflush(stdout);
}

template <class Make>
void compare_searches(const std::string& name, const Make& make, const arguments& given) {
    constexpr double weights[] = {0, 1, 10, 100};  // 0: by guards
    for (const double weight : weights) {
        const std::vector<std::size_t> sizes(given.seeds, 3);
        const auto search = [&](std::size_t i, std::span<double> numbers) {
            const std::uint64_t seed = given.first_seed + i;
            const auto problem = make(seed);
            const outcome one = weight > 0 ? by_penalty(problem, given, seed, weight) : by_guards(problem, given, seed);
            numbers[0] = one.trials;
            numbers[1] = one.broken;
            numbers[2] = one.regret / problem.close;
            return std::string();
        };
        const auto done = run_in_processes(sizes, given.processes, search);
        char text[32];
        std::snprintf(text, sizeof text, "penalty %g", weight);
        print(name, weight > 0 ? text : "guards", done);
    }
}

int main(int argc, char** argv) {
    const detail::single_threaded_blas guard;
    arguments given;
    std::vector<std::string> problems;
    CLI::App app{"Guards beside penalties"};
    app.add_option("--seeds", given.seeds, "searches a line")->capture_default_str();
    app.add_option("--budget", given.budget, "trials of a search")->capture_default_str();
    app.add_option("--noise", given.noise, "times each problem's own")->capture_default_str();
    app.add_option("--first-seed", given.first_seed)->capture_default_str();
    app.add_option("--problems", problems, "by their names; all without it")->delimiter(',');
    app.add_option("--processes", given.processes, "searches at a time; 0: as many as processors")
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);

    std::printf(
        "| problem | search | trials until one is close and keeps the guards, median | quartiles | "
        "recommended breaks a guard | its regret, of what is close |\n|---|---|---|---|---|---|\n");
    const auto wanted = [&](const std::string& name) {
        return problems.empty() || std::ranges::find(problems, name) != problems.end();
    };
    for (const std::size_t checkpoints : {3u, 4u})
        if (const std::string name = "merge" + bouillon::to_string(checkpoints); wanted(name))
            compare_searches(
                name, [&](std::uint64_t seed) { return merge_problem(checkpoints, seed); }, given);
    if (wanted("waves"))
        compare_searches(
            "waves", [](std::uint64_t) { return two_waves(); }, given);
    if (wanted("two-guards"))
        compare_searches(
            "two-guards", [](std::uint64_t) { return two_guards(); }, given);
}
