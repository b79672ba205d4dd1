// SPDX-License-Identifier: Apache-2.0
// Searches on real merges: trials of each search on the checkpoints of pretraining runs, as bench_regret writes them.
//   bench_landscape --data RUNS --tasks kjv_pair,novels_all --systems bouillon,random --seeds 10 --output runs.jsonl
#include "landscape.hpp"

#include <bouillon/compare/compare.hpp>
#include <bouillon/core/blas.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/merge_search/defaults.hpp>
#include <bouillon/search/baselines.hpp>

#include "protocol.hpp"
#include "run_record.hpp"
#include <CLI/CLI.hpp>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

struct arguments {
    std::filesystem::path data, memory;
    std::vector<std::string> tasks = {"kjv_pair", "novels_pair", "kjv_last4", "novels_last4", "kjv_all", "novels_all"};
    std::vector<std::string> systems = {"bouillon", "bouillon_plain", "random", "sweep"};
    std::size_t seeds = 10;
    std::size_t first_seed = 0;
    std::size_t documents = 16;
    std::size_t budget = 0;
    std::size_t merges = 160;
    std::string output, protocol, evaluate, record;
};

struct task {
    std::shared_ptr<landscape> run;
    bouillon::objective<> function;
};

/// A task's name is the run's, an underscore, and "pair", "last4" or "all".
task make_task(const std::string& name, const arguments& given) {
    const std::string run = name.substr(0, name.find('_')), which = name.substr(name.find('_') + 1);
    const auto memory = given.memory.empty()
                            ? given.memory
                            : given.memory / (run + "-" + bouillon::to_string(given.documents) + ".jsonl");
    const auto folder = given.data / (run + "-llama");
    const auto merges = std::make_shared<landscape>(exists(folder) ? folder : given.data, given.documents, memory);
    task made{merges, merge_task(name, merges, which == "pair" ? 2 : which == "last4" ? 4 : merges->checkpoints())};
    if (given.budget > 0) made.function.budget = given.budget;
    return made;
}

/// As a user would have it: its own first points, each trial the documents' difference to the newest checkpoint's.
struct shipped_search {
    std::shared_ptr<landscape> run_;

    std::string name() const { return "bouillon"; }

    template <bouillon::search_space Space>
    std::vector<double> run(const Space& space, const bouillon::trial_plan& plan,
                            bouillon::measured_objective& measure) const {
        if constexpr (bouillon::merge_space<Space>) {
            std::vector<double> newest(space.dimension(), 0.0);
            newest.back() = 1;
            bouillon::search_options options = bouillon::merge_search_options(run_->losses(std::vector{1.0}), newest);
            options.budget = plan.budget;
            options.seed = plan.seed;
            bouillon::bayesian_search search(space, options, bouillon::default_merge_acquisition{});
            while (!search.done()) {
                const bouillon::trial next = search.suggest();
                measure(next.point);
                search.observe(next, run_->losses(next.merge_weights));
            }
            return search.recommendation().point;
        } else {
            throw bouillon::input_error("no merge task has a box");
        }
    }
};

/// The best of merges at equal distances between two checkpoints.
struct pair_sweep {
    std::string name() const { return "sweep"; }

    template <bouillon::search_space Space>
    std::vector<double> run(const Space&, const bouillon::trial_plan& plan,
                            bouillon::measured_objective& measure) const {
        double best = 0, lowest = INFINITY;
        for (const auto& weights : bouillon::equal_budget_baseline(2, plan.budget, plan.seed).merge_weights)
            if (const double loss = measure(std::vector{weights[1]}); loss < lowest) {
                lowest = loss;
                best = weights[1];
            }
        return {best};
    }
};

/// Nothing where the system has no use for the task.
bouillon::comparison run_system(const std::string& system, const task& on, const arguments& given) {
    const bool is_pair = dimension(on.function) == 1;
    bouillon::comparison_options options{.seeds = given.seeds, .first_seed = given.first_seed};
    const auto run = [&](const auto& variant) {
        return bouillon::compare(on.function, bouillon::variants{variant}, options);
    };
    if (system == "random") return run(bouillon::random_search{});
    if (system == "bouillon_plain") return run(bouillon::search_variant<>{system});
    if (system == "bouillon") return run(shipped_search{on.run});
    options.seeds = 1;  // it has no chance in it
    return is_pair ? run(pair_sweep{}) : bouillon::comparison{};
}

void run_tasks(const arguments& given) {
    std::ofstream output(given.output, std::ios::app);
    for (const auto& name : given.tasks) {
        const task on = make_task(name, given);
        for (const auto& system : given.systems)
            for (const auto& run : run_system(system, on, given).runs) {
                if (!run.failure.empty()) throw bouillon::work_error(name + ", " + system + ": " + run.failure);
                output << to_json(run, system, "0").dump() + '\n' << std::flush;
                std::printf("%-14s %-15s seed %zu: lowest loss %.5f, recommended %.5f\n", name.c_str(), system.c_str(),
                            static_cast<std::size_t>(run.seed), run.best_loss(), run.recommended);
                std::fflush(stdout);
            }
    }
}

/// Merge weights in thousandths: each checkpoint alone, averages of the newest, then uniform ones of some checkpoints.
std::vector<std::vector<double>> merges_to_record(std::size_t checkpoints, std::size_t count) {
    std::vector<std::vector<double>> all;
    const auto add = [&](const std::vector<double>& weights) {
        std::vector<double> thousandths(checkpoints);
        double sum = 0, rounded = 0;
        for (std::size_t k = 0; k < checkpoints; ++k) {
            sum += weights[k];
            thousandths[k] = (std::round(1000 * sum) - rounded) / 1000;
            rounded = std::round(1000 * sum);
        }
        all.push_back(thousandths);
    };
    const bouillon::simplex space{checkpoints};
    for (std::size_t k = 0; k < checkpoints; ++k) {
        std::vector<double> alone(checkpoints, 0.0);
        alone[k] = 1;
        add(alone);
    }
    for (std::size_t newest = 2; newest <= checkpoints; ++newest) add(space.newest_average(newest));
    bouillon::random_engine engine = bouillon::make_engine(1);
    while (all.size() < count) {
        auto weights = bouillon::uniform_unit_point(space, engine);
        double sum = 0;
        const double kept = bouillon::uniform(engine);
        for (double& weight : weights) sum += weight = bouillon::uniform(engine) < kept ? weight : 0;
        for (double& weight : weights) weight /= sum;
        if (sum > 0) add(weights);
    }
    return all;
}

/// Writes an object a merge, as recorded_merges.hpp reads them.
void record_merges(const arguments& given) {
    const task on = make_task(given.tasks.at(0), given);
    std::ofstream output(given.record);
    for (const auto& weights : merges_to_record(dimension(on.function), given.merges))
        output << nlohmann::ordered_json{{"merge_weights", weights}, {"loss", on.function.value(weights)}}.dump()
               << std::endl;
}

int main(int argc, char** argv) {
    const bouillon::detail::single_threaded_blas guard;
    arguments given;
    CLI::App app{"Searches on real merges"};
    app.add_option("--data", given.data, "folder of the runs kjv-llama and novels-llama, or a run's")->required();
    app.add_option("--memory", given.memory, "folder in which scored merges are remembered");
    app.add_option("--tasks", given.tasks)->delimiter(',');
    app.add_option("--systems", given.systems,
                   "bouillon: as shipped; bouillon_plain: with the design and the one loss that other systems get")
        ->delimiter(',');
    app.add_option("--seeds", given.seeds, "how many")->capture_default_str();
    app.add_option("--first-seed", given.first_seed)->capture_default_str();
    app.add_option("--documents", given.documents, "how many of the search documents; 0: all")->capture_default_str();
    app.add_option("--budget", given.budget, "trials; without it 15 for a pair, else 40");
    app.add_option("--output", given.output, "file to which the runs are appended");
    app.add_option("--record", given.record, "file for the losses of merges of the first task's checkpoints");
    app.add_option("--merges", given.merges, "with --record: how many")->capture_default_str();
    app.add_option("--protocol", given.protocol, "file for what other systems need");
    app.add_option("--evaluate", given.evaluate, "task: answer each point on standard input");
    CLI11_PARSE(app, argc, argv);

    if (!given.record.empty()) {
        record_merges(given);
    } else if (!given.evaluate.empty()) {
        serve(make_task(given.evaluate, given).function, std::cin, std::cout);
    } else if (!given.protocol.empty()) {
        nlohmann::ordered_json all = nlohmann::ordered_json::array();
        for (const auto& name : given.tasks)
            all.push_back(protocol_of(make_task(name, given).function, 0.0, given.seeds));
        std::ofstream(given.protocol) << all.dump() << '\n';
    } else {
        run_tasks(given);
    }
    return 0;
}
