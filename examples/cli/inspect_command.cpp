// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/merge/compare_neighbours.hpp>

#include "commands.hpp"
#include "run_options.hpp"
#include <CLI/Option.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

using json = nlohmann::ordered_json;

struct inspect_arguments {
    std::vector<std::filesystem::path> checkpoints;
    bouillon::run_selection selection;
    bool json = false;
};

bouillon::comparison whole_model(const std::vector<bouillon::comparison>& tensors) {
    bouillon::comparison sum;
    for (const auto& tensor : tensors) sum += tensor;
    return sum;
}

json figures(const bouillon::comparison& c) {
    return {{"distance", c.distance()}, {"cosine", c.cosine()}, {"norm", c.norm_b()}};  // not a number becomes null
}

void print_json(const bouillon::checkpoint_set& set) {
    const auto print = [](const json& line) {
        std::cout << line.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
    };
    json tensors = json::array();
    for (const auto& tensor : set.tensors())
        tensors.push_back({{"name", tensor.name}, {"dtype", to_string(tensor.type)}, {"shape", tensor.shape}});
    json names = json::array();
    for (const auto& checkpoint : set) names.push_back(checkpoint.path().string());
    print({{"event", "tensors"}, {"checkpoints", names}, {"tensors", tensors}});
    const auto neighbours = bouillon::compare_neighbours(set);
    for (std::size_t k = 1; k < set.size(); ++k) {
        const auto& compared = neighbours[k - 1];
        json line = {{"event", "neighbours"}, {"older", names[k - 1]}, {"newer", names[k]}};
        line.update(figures(whole_model(compared)));
        line["tensors"] = json::object();
        for (std::size_t i = 0; i < compared.size(); ++i) line["tensors"][set.tensors()[i].name] = figures(compared[i]);
        print(line);
    }
}

void print_tensors(const bouillon::checkpoint_set& set) {
    std::size_t width = 6, elements = 0;
    for (const auto& tensor : set.tensors()) {
        width = std::max(width, tensor.name.size());
        elements += tensor.elements();
    }
    std::printf("%-*s  %-6s  %s\n", static_cast<int>(width), "tensor", "dtype", "shape");
    for (const auto& tensor : set.tensors())
        std::printf("%-*s  %-6s  %s\n", static_cast<int>(width), tensor.name.c_str(),
                    std::string(to_string(tensor.type)).c_str(), bouillon::to_string(tensor.shape).c_str());
    std::printf("%zu tensors, %zu elements, the same in %zu checkpoint%s\n", set.tensors().size(), elements, set.size(),
                set.size() == 1 ? "" : "s");
}

void print_neighbours(const bouillon::checkpoint_set& set) {
    std::size_t width = 5;
    for (const auto& checkpoint : set) width = std::max(width, checkpoint.name().size());
    const int w = static_cast<int>(width);
    std::printf("\n%-*s  %-*s  %12s  %12s  %12s  %s\n", w, "older", w, "newer", "distance", "cosine", "norm (newer)",
                "moves most, relative to its norm");
    const auto neighbours = bouillon::compare_neighbours(set);
    for (std::size_t k = 1; k < set.size(); ++k) {
        const auto& compared = neighbours[k - 1];
        std::size_t most = 0;
        const auto relative = [&](std::size_t i) {
            return compared[i].squared_b > 0 ? compared[i].distance() / compared[i].norm_b() : 0;
        };
        for (std::size_t i = 1; i < compared.size(); ++i)
            if (relative(i) > relative(most)) most = i;
        const auto whole = whole_model(compared);
        std::printf("%-*s  %-*s  %12.6g  %12.9f  %12.6g  %s (%.3g)\n", w, set[k - 1].name().c_str(), w,
                    set[k].name().c_str(), whole.distance(), whole.cosine(), whole.norm_b(),
                    compared.empty() ? "-" : set.tensors()[most].name.c_str(), compared.empty() ? 0.0 : relative(most));
    }
}

void run_inspect(const inspect_arguments& arguments) {
    const auto set = bouillon::open_checkpoints(taken_checkpoints(arguments.checkpoints, arguments.selection));
    say_what_is_left_out(set);
    if (arguments.json) return print_json(set);
    print_tensors(set);
    if (set.size() > 1) print_neighbours(set);
    std::fflush(stdout);
}

}  // namespace

void add_inspect_command(CLI::App& program) {
    auto arguments = std::make_shared<inspect_arguments>();
    CLI::App* command =
        program.add_subcommand("inspect", "Show tensors, and how far neighbouring checkpoints are apart");
    command
        ->add_option("checkpoints", arguments->checkpoints,
                     "Checkpoints of one model, oldest first, or its run's folder")
        ->required()
        ->type_name("CHECKPOINT");
    add_run_options(*command, arguments->selection);
    command->add_flag("--json", arguments->json,
                      "Print one JSON object a line: the tensors, then each pair of neighbours");
    command->footer(
        "distance: Euclidean, between all elements; cosine: of the angle between the two models.\n"
        "Example:\n  bouillon inspect run/step-1000 run/step-2000 run/step-3000");
    command->callback([arguments] { run_inspect(*arguments); });
}
