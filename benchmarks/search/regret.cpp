// SPDX-License-Identifier: Apache-2.0
// How close searches come to the known minimum of test functions: an object of JSON a run, or a table.
//   bench_regret --functions branin,hartmann6 --noise 0,0.05 --seeds 30 --summary
#include <bouillon/compare/compare.hpp>
#include <bouillon/compare/problems/bbob.hpp>
#include <bouillon/compare/problems/box_functions.hpp>
#include <bouillon/compare/problems/simplex_functions.hpp>
#include <bouillon/compare/value_deviation.hpp>
#include <bouillon/core/blas.hpp>

#include "growth.hpp"
#include "protocol.hpp"
#include "run_record.hpp"
#include "summary.hpp"
#include "systems.hpp"
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

using bouillon::objective;

struct arguments {
    std::vector<std::string> functions;  // names, or beginnings of names; none: all but BBOB's
    std::vector<std::size_t> dimensions = {2, 3, 5, 10}, instances = {1, 2};  // of BBOB's
    std::vector<std::string> noise = {"0", "0.01", "0.05", "own"};
    std::size_t seeds = 30;
    std::size_t first_seed = 0;
    std::string variance = "known";
    search_choice choice;
    bool stay = false;
    std::string system = "bouillon";
    std::size_t processes = 1;
    bool summary = false, growth = false;
    std::string output, protocol, evaluate;
};

/// The functions that names can mean; BBOB's only where one of them begins with "bbob".
std::vector<objective<>> all_functions(const arguments& given) {
    std::vector<objective<>> all = bouillon::box_functions();
    for (auto& function : bouillon::simplex_functions()) all.push_back(std::move(function));
    const auto begins = [](const std::string& name) { return name.starts_with("bbob"); };
    if (std::ranges::none_of(given.functions, begins)) return all;
    for (std::size_t number = 1; number <= bouillon::bbob_functions; ++number)
        for (const std::size_t dimension : given.dimensions)
            for (const std::size_t instance : given.instances)
                all.push_back(bouillon::bbob<bouillon::usual_space>(number, dimension, instance));
    return all;
}

/// The functions of the given names; a name that is none stands for all that begin with it. No names: all functions.
std::vector<objective<>> chosen_functions(const arguments& given) {
    const std::vector<objective<>> all = all_functions(given);
    std::vector<objective<>> chosen;
    for (const auto& function : all) {
        const auto is_meant = [&](const std::string& name) {
            const bool exists = std::ranges::any_of(all, [&](const auto& one) { return one.name == name; });
            return exists ? function.name == name : function.name.starts_with(name);
        };
        if (given.functions.empty() || std::ranges::any_of(given.functions, is_meant)) chosen.push_back(function);
    }
    return chosen;
}

/// Standard deviation of the noise of a level: a share of the function's own deviation ("0", "0.01"), or "own", the
/// noise that belongs to the function. Nothing where it has none.
std::optional<double> noise_deviation(const std::string& level, const objective<>& function) {
    if (level == "own") return function.noise > 0 ? std::optional(function.noise) : std::nullopt;
    const double share = std::stod(level);
    return share == 0 ? 0 : share * bouillon::value_deviation(function);
}

/// The runs of some functions, function by function, then seed by seed.
bouillon::comparison run_seeds(const std::vector<objective<>>& functions, const arguments& given) {
    const bouillon::comparison_options options{.seeds = given.seeds,
                                               .first_seed = given.first_seed,
                                               .tells_variance = given.variance == "known",
                                               .processes = given.processes};
    return visit_variant(given.choice, [&](const auto& variant) {
        return bouillon::compare(functions, bouillon::variants{variant}, options);
    });
}

/// Writes the runs of one function and noise level, to a file where one is open.
void report(std::span<const bouillon::compared_run> runs, const std::string& noise, const arguments& given,
            std::ofstream& file) {
    for (const auto& one : runs) {
        if (!one.failure.empty()) throw bouillon::work_error(one.objective + ": " + one.failure);
        auto record = to_json(one, given.choice.random ? "random" : given.system, noise);
        record["out"] = given.choice.out;
        const std::string line = record.dump() + '\n';
        if (file.is_open()) file << line << std::flush;
        if (!file.is_open() && !given.summary) std::fputs(line.c_str(), stdout);
    }
    if (given.summary) print_summary(runs, noise);
    std::fflush(stdout);
}

int run(const arguments& given) {
    const auto functions = chosen_functions(given);
    if (functions.empty()) {
        std::fprintf(stderr, "bench_regret: no function has such a name\n");
        return 2;
    }
    std::ofstream file;
    if (!given.output.empty()) file.open(given.output, std::ios::app);
    if (given.summary) print_summary_head();
    const std::size_t at_a_time = given.processes == 1 ? 1 : 24;  // functions that processes share
    for (std::size_t first = 0; first < functions.size(); first += at_a_time)
        for (const auto& noise : given.noise) {
            std::vector<objective<>> noisy;
            for (std::size_t i = first; i < std::min(first + at_a_time, functions.size()); ++i)
                if (const auto deviation = noise_deviation(noise, functions[i])) {
                    noisy.push_back(functions[i]);
                    noisy.back().noise = *deviation;
                }
            if (noisy.empty()) continue;
            const auto made = run_seeds(noisy, given);
            for (std::size_t cell = 0; cell < made.cells(); ++cell) report(made.cell(cell, 0), noise, given, file);
        }
    return 0;
}

/// Whether the function has its minimum, to six digits, where it is said to be.
bool minimum_is_right(const objective<>& function) {
    return std::abs(function.value(function.minimizer) - function.minimum) <= 1e-6 * (1 + std::abs(function.minimum));
}

int write_protocol(const arguments& given) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const auto& function : chosen_functions(given)) {
        if (!minimum_is_right(function)) {
            std::fprintf(stderr, "bench_regret: %s has the value %.17g at its minimizer, but the minimum %.17g\n",
                         function.name.c_str(), function.value(function.minimizer), function.minimum);
            return 1;
        }
        all.push_back(protocol_of(function, bouillon::value_deviation(function), given.seeds));
    }
    std::ofstream(given.protocol) << all.dump() << '\n';
    return 0;
}

int main(int argc, char** argv) {
    const bouillon::detail::single_threaded_blas guard;
    arguments given;
    CLI::App app{"Regret of searches on test functions"};
    app.add_option("--functions", given.functions, "names or their beginnings; bbob: the 24 functions of BBOB")
        ->delimiter(',');
    app.add_option("--dimensions", given.dimensions, "of BBOB's functions")->delimiter(',');
    app.add_option("--instances", given.instances, "of BBOB's functions")->delimiter(',');
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
    app.add_flag("--random", given.choice.random, "random search instead");
    app.add_option("--out", given.choice.out, "trials at a time, which end in random order")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--system", given.system, "the name written beside each run");
    app.add_option("--processes", given.processes, "runs at a time; 0: as many as processors")->capture_default_str();
    app.add_flag("--summary", given.summary, "a table");
    app.add_option("--output", given.output, "file to which the runs are appended");
    app.add_flag("--growth", given.growth, "CPU time of a suggestion as trials grow");
    app.add_option("--protocol", given.protocol, "file for what other systems need");
    app.add_option("--evaluate", given.evaluate, "function: answer each point on standard input");
    CLI11_PARSE(app, argc, argv);
    given.choice.elsewhere = !given.stay;

    if (!given.protocol.empty()) return write_protocol(given);
    if (!given.evaluate.empty()) {
        given.functions = {given.evaluate};
        for (const auto& function : chosen_functions(given)) serve(function, std::cin, std::cout);
        return 0;
    }
    if (given.growth) {
        given.functions = {"hartmann6_100"};
        for (const auto& function : chosen_functions(given)) print_growth(function);
        return 0;
    }
    return run(given);
}
