// SPDX-License-Identifier: Apache-2.0
// How close searches come to the known minimum of test functions: an object of JSON a run, or a table.
//   bench_regret --functions branin,hartmann6 --noise 0,0.05 --seeds 30 --summary
#include <bouillon/core/blas.hpp>

#include "box_functions.hpp"
#include "growth.hpp"
#include "problem.hpp"
#include "protocol.hpp"
#include "run_record.hpp"
#include "simplex_functions.hpp"
#include "summary.hpp"
#include "systems.hpp"
#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

struct arguments {
    std::vector<std::string> functions;  // names, or beginnings of names; none: all
    std::vector<std::string> noise = {"0", "0.01", "0.05", "own"};
    std::size_t seeds = 30;
    std::size_t first_seed = 0;
    std::string variance = "known";
    search_choice choice;
    bool random = false, stay = false;
    std::string system = "bouillon";
    std::size_t threads = 1;
    bool summary = false, growth = false;
    std::string output, protocol, evaluate;
};

std::vector<test_function> all_functions() {
    std::vector<test_function> all = box_functions();
    for (auto& function : simplex_functions()) all.push_back(std::move(function));
    return all;
}

/// The functions of the given names; a name that is none stands for all that begin with it. No names: all functions.
std::vector<test_function> chosen_functions(const std::vector<std::string>& names) {
    const std::vector<test_function> all = all_functions();
    std::vector<test_function> chosen;
    for (const auto& function : all) {
        const auto is_meant = [&](const std::string& name) {
            const bool exists = std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
            return exists ? function.name == name : function.name.rfind(name, 0) == 0;
        };
        if (names.empty() || std::any_of(names.begin(), names.end(), is_meant)) chosen.push_back(function);
    }
    return chosen;
}

/// The runs of one function and noise level, seed by seed.
std::vector<run_record> run_seeds(const test_function& function, const std::string& noise, double deviation,
                                  const arguments& given) {
    std::vector<run_record> runs(given.seeds);
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < runs.size(); i = next++) {
            const problem made = make_problem(function, given.first_seed + i);
            const evaluation evaluate(made, given.random ? "random" : given.system, noise, deviation);
            runs[i] = given.random ? run_random(made, evaluate) : run_ours(made, given.choice, evaluate, deviation);
        }
    };
    std::vector<std::thread> helpers;
    for (std::size_t t = 1; t < given.threads; ++t) helpers.emplace_back(work);
    work();
    for (auto& helper : helpers) helper.join();
    return runs;
}

int run(const arguments& given) {
    const auto functions = chosen_functions(given.functions);
    if (functions.empty()) {
        std::fprintf(stderr, "bench_regret: no function has such a name\n");
        return 2;
    }
    std::ofstream file;
    if (!given.output.empty()) file.open(given.output, std::ios::app);
    if (given.summary) print_summary_head();
    for (const auto& function : functions) {
        const double function_deviation = standard_deviation(function);
        for (const auto& noise : given.noise) {
            const auto deviation = noise_deviation(noise, function, function_deviation);
            if (!deviation) continue;
            const auto runs = run_seeds(function, noise, *deviation, given);
            for (const auto& one : runs) {
                if (file.is_open()) file << to_json(one).dump() << '\n' << std::flush;
                if (!file.is_open() && !given.summary) std::printf("%s\n", to_json(one).dump().c_str());
            }
            if (given.summary) print_summary(runs);
            std::fflush(stdout);
        }
    }
    return 0;
}

int write_protocol(const arguments& given) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const auto& function : chosen_functions(given.functions)) {
        if (!minimum_is_right(function)) {
            std::fprintf(stderr, "bench_regret: %s has the value %.17g at its minimizer, but the minimum %.17g\n",
                         function.name.c_str(), function.value(function.minimizer), function.minimum);
            return 1;
        }
        all.push_back(protocol_of(function, standard_deviation(function), given.seeds));
    }
    std::ofstream(given.protocol) << all.dump() << '\n';
    return 0;
}

int main(int argc, char** argv) {
    const bouillon::detail::single_threaded_blas guard;
    arguments given;
    CLI::App app{"Regret of searches on test functions"};
    app.add_option("--functions", given.functions, "names or their beginnings")->delimiter(',');
    app.add_option("--noise", given.noise, "shares of the function's deviation; own: the function's own")
        ->delimiter(',');
    app.add_option("--seeds", given.seeds, "how many")->capture_default_str();
    app.add_option("--first-seed", given.first_seed)->capture_default_str();
    app.add_option("--variance", given.variance, "whether the search is told the noise")
        ->check(CLI::IsMember({"known", "unknown"}));
    app.add_option("--acquisition", given.choice.acquisition)
        ->check(CLI::IsMember({"default"}) | CLI::IsMember(acquisition_names));
    app.add_option("--kernel", given.choice.kernel)->check(CLI::IsMember({"default", "se"}));
    app.add_flag("--stay", given.stay, "no climb elsewhere once a search has converged");
    app.add_flag("--random", given.random, "random search instead");
    app.add_option("--system", given.system, "the name written beside each run");
    app.add_option("--threads", given.threads, "runs at a time")->capture_default_str();
    app.add_flag("--summary", given.summary, "a table");
    app.add_option("--output", given.output, "file to which the runs are appended");
    app.add_flag("--growth", given.growth, "CPU time of a suggestion as trials grow");
    app.add_option("--protocol", given.protocol, "file for what other systems need");
    app.add_option("--evaluate", given.evaluate, "function: answer each point on standard input");
    CLI11_PARSE(app, argc, argv);
    given.choice.known_variance = given.variance == "known";
    given.choice.elsewhere = !given.stay;

    if (!given.protocol.empty()) return write_protocol(given);
    if (!given.evaluate.empty()) {
        for (const auto& function : chosen_functions({given.evaluate})) serve(function, std::cin, std::cout);
        return 0;
    }
    if (given.growth) {
        for (const auto& function : chosen_functions({"hartmann6_100"})) print_growth(function);
        return 0;
    }
    return run(given);
}
