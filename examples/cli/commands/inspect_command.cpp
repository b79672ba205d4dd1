// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/compare_neighbours.hpp>

#include "checkpoints/run_checkpoints.hpp"
#include "commands/command_options.hpp"
#include "commands/commands.hpp"
#include "processes/common_inputs.hpp"
#include "processes/program_processes.hpp"
#include "report/json_output.hpp"
#include <CLI/Option.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

namespace {

using json = nlohmann::ordered_json;

struct inspect_arguments {
    std::vector<std::filesystem::path> checkpoints;
    bouillon::run_selection selection;
    set_arguments set;
    bool json = false, tensors = false;
};

/// What is told of a set's tensors: their norms, where it is one checkpoint alone, else how far neighbours are apart.
struct measured_set {
    std::vector<double> squares;                                // (tensors)
    std::vector<std::vector<bouillon::comparison>> neighbours;  // (checkpoints - 1, tensors)
    std::vector<std::vector<std::size_t>> unequal;              // (checkpoints - 1), indices of tensors without figures
};

/// By all processes; what they find is the first one's.
measured_set measure(const bouillon::checkpoint_set& set, const bouillon::any_processes& processes) {
    if (set.size() == 1) return {bouillon::squared_norms(processes, set, 0), {}, {}};
    measured_set found{{}, bouillon::compare_neighbours(processes, set), {}};
    if (processes.rank() == 0) found.unequal = bouillon::unequal_neighbours(set);
    return found;
}

bouillon::comparison whole_model(const std::vector<bouillon::comparison>& tensors) {
    bouillon::comparison sum;
    for (const auto& tensor : tensors) sum += tensor;
    return sum;
}

double whole_norm(const std::vector<double>& squares) {
    return std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.0));
}

/// How far a tensor moves, by its norm.
double relative(const bouillon::comparison& c) { return c.squared_b > 0 ? c.distance() / c.norm_b() : 0; }

json figures(const bouillon::comparison& c) {
    return {{"distance", c.distance()}, {"cosine", c.cosine()}, {"norm", c.norm_b()}};  // not a number becomes null
}

void print_norms_json(const bouillon::checkpoint_set& set, const measured_set& found) {
    const auto& squares = found.squares;
    json norms = json::object();
    for (std::size_t i = 0; i < squares.size(); ++i)
        if (bouillon::mergeable(set.tensors()[i].type))
            norms[set.tensors()[i].name] = {{"norm", std::sqrt(squares[i])}};
    print_line(json{
        {"event", "norms"}, {"checkpoint", set[0].path().string()}, {"norm", whole_norm(squares)}, {"tensors", norms}});
}

void print_neighbours_json(const bouillon::checkpoint_set& set, const measured_set& found) {
    const auto& [squares, neighbours, unequal] = found;
    for (std::size_t k = 1; k < set.size(); ++k) {
        const auto& compared = neighbours[k - 1];
        json line = {{"event", "neighbours"}, {"older", set[k - 1].path().string()}, {"newer", set[k].path().string()}};
        line.update(figures(whole_model(compared)));
        line["unequal"] = json::array();
        line["tensors"] = json::object();
        for (std::size_t i = 0; i < compared.size(); ++i) {
            const auto& tensor = set.tensors()[i];
            line["tensors"][tensor.name] =
                bouillon::mergeable(tensor.type) ? figures(compared[i]) : json{{"equal", true}};
        }
        for (const std::size_t i : unequal[k - 1]) {
            line["unequal"].push_back(set.tensors()[i].name);
            line["tensors"][set.tensors()[i].name] = {{"equal", false}};
        }
        print_line(line);
    }
}

void print_json(const bouillon::checkpoint_set& set, const measured_set& found) {
    json tensors = json::array();
    for (const auto& tensor : set.tensors())
        tensors.push_back({{"name", tensor.name}, {"dtype", to_string(tensor.type)}, {"shape", tensor.shape}});
    json names = json::array();
    for (const auto& checkpoint : set) names.push_back(checkpoint.path().string());
    print_line(json{{"event", "tensors"}, {"checkpoints", names}, {"tensors", tensors}});
    set.size() == 1 ? print_norms_json(set, found) : print_neighbours_json(set, found);
}

int name_width(const bouillon::checkpoint_set& set) {
    std::size_t width = 6;
    for (const auto& tensor : set.tensors()) width = std::max(width, tensor.name.size());
    return static_cast<int>(width);
}

void print_tensors(const bouillon::checkpoint_set& set) {
    std::size_t elements = 0;
    const int width = name_width(set);
    std::printf("%-*s  %-6s  %s\n", width, "tensor", "dtype", "shape");
    for (const auto& tensor : set.tensors()) elements += tensor.elements();
    for (const auto& tensor : set.tensors())
        std::printf("%-*s  %-6s  %s\n", width, tensor.name.c_str(), std::string(to_string(tensor.type)).c_str(),
                    bouillon::to_string(tensor.shape).c_str());
    std::printf("%zu tensors, %zu elements, the same in %zu checkpoint%s\n", set.tensors().size(), elements, set.size(),
                set.size() == 1 ? "" : "s");
}

void print_norms(const bouillon::checkpoint_set& set, const measured_set& found, bool tensors) {
    const auto& squares = found.squares;
    std::printf("\nnorm of all: %.6g\n", whole_norm(squares));
    if (!tensors) return;
    std::printf("\n%-*s  %12s\n", name_width(set), "tensor", "norm");
    for (std::size_t i = 0; i < squares.size(); ++i)
        if (bouillon::mergeable(set.tensors()[i].type))
            std::printf("%-*s  %12.6g\n", name_width(set), set.tensors()[i].name.c_str(), std::sqrt(squares[i]));
}

/// `compared`: (tensors). `unequal`: indices of tensors without figures.
void print_tensors_of_pair(const bouillon::checkpoint_set& set, std::size_t newer,
                           const std::vector<bouillon::comparison>& compared, const std::vector<std::size_t>& unequal) {
    const int w = name_width(set);
    std::printf("\n%s to %s\n%-*s  %12s  %12s  %12s  %12s\n", set[newer - 1].name().c_str(), set[newer].name().c_str(),
                w, "tensor", "distance", "cosine", "norm (newer)", "moves");
    for (std::size_t i = 0; i < compared.size(); ++i) {
        const auto& [name, type, shape] = set.tensors()[i];
        if (bouillon::mergeable(type))
            std::printf("%-*s  %12.6g  %12.9f  %12.6g  %12.3g\n", w, name.c_str(), compared[i].distance(),
                        compared[i].cosine(), compared[i].norm_b(), relative(compared[i]));
        else
            std::printf("%-*s  %12s\n", w, name.c_str(),
                        std::find(unequal.begin(), unequal.end(), i) == unequal.end() ? "the same" : "differs");
    }
}

void print_pair(const bouillon::checkpoint_set& set, std::size_t newer, int width,
                const std::vector<bouillon::comparison>& compared) {
    const auto most = std::max_element(compared.begin(), compared.end(),
                                       [](const auto& a, const auto& b) { return relative(a) < relative(b); });
    const auto whole = whole_model(compared);
    std::printf(
        "%-*s  %-*s  %12.6g  %12.9f  %12.6g  %s (%.3g)\n", width, set[newer - 1].name().c_str(), width,
        set[newer].name().c_str(), whole.distance(), whole.cosine(), whole.norm_b(),
        most == compared.end() ? "-" : set.tensors()[static_cast<std::size_t>(most - compared.begin())].name.c_str(),
        most == compared.end() ? 0.0 : relative(*most));
}

void print_neighbours(const bouillon::checkpoint_set& set, const measured_set& found, bool tensors) {
    std::size_t width = 5;
    for (const auto& checkpoint : set) width = std::max(width, checkpoint.name().size());
    const int w = static_cast<int>(width);
    std::printf("\n%-*s  %-*s  %12s  %12s  %12s  %s\n", w, "older", w, "newer", "distance", "cosine", "norm (newer)",
                "moves most, relative to its norm");
    const auto& [squares, neighbours, unequal] = found;
    for (std::size_t k = 1; k < set.size(); ++k) print_pair(set, k, w, neighbours[k - 1]);
    for (std::size_t k = 1; k < set.size(); ++k)
        for (const std::size_t i : unequal[k - 1])
            std::printf("%s to %s: tensor %s of type %s differs\n", set[k - 1].name().c_str(), set[k].name().c_str(),
                        set.tensors()[i].name.c_str(), std::string(to_string(set.tensors()[i].type)).c_str());
    for (std::size_t k = 1; tensors && k < set.size(); ++k)
        print_tensors_of_pair(set, k, neighbours[k - 1], unequal[k - 1]);
}

void run_inspect(const inspect_arguments& arguments, program_processes& processes) {
    const auto set = open_run(taken_checkpoints(arguments.checkpoints, arguments.selection), arguments.set.options());
    note_contents(set);
    agree_on_inputs(processes, set);
    if (!arguments.json) print_tensors(set);
    const auto found = measure(set, processes.all());
    if (!processes.leads()) return;
    if (arguments.json) return print_json(set, found);
    set.size() == 1 ? print_norms(set, found, arguments.tensors) : print_neighbours(set, found, arguments.tensors);
    std::fflush(stdout);
}

}  // namespace

void add_inspect_command(CLI::App& program, program_processes& processes) {
    auto arguments = std::make_shared<inspect_arguments>();
    CLI::App* command =
        program.add_subcommand("inspect", "Show tensors, and how far neighbouring checkpoints are apart");
    command
        ->add_option("checkpoints", arguments->checkpoints,
                     "Checkpoints of one model, oldest first, or its run's folder")
        ->required()
        ->type_name("CHECKPOINT");
    add_run_options(*command, arguments->selection);
    add_reading_options(*command, arguments->set);
    command->add_flag("--json", arguments->json,
                      "Print one JSON object a line: the tensors, then each pair of neighbours");
    command->add_flag("--tensors", arguments->tensors, "Show each tensor's figures, too (--json always does)");
    command->footer(
        "distance: Euclidean, between all elements; cosine: of the angle between the two models; moves: the\n"
        "distance over the norm. A checkpoint alone has its norm shown.\n"
        "Example:\n  bouillon inspect run/step-1000 run/step-2000 run/step-3000");
    command->callback([arguments, &processes] { run_inspect(*arguments, processes); });
}
