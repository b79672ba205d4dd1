// SPDX-License-Identifier: Apache-2.0
#include "journal_settings.hpp"

#include <nlohmann/json.hpp>

namespace {

using json = nlohmann::ordered_json;

void add_space(const search_arguments& arguments, const std::string& space, json& settings) {
    settings["space"] = space;
    if (space == "interval") settings["alpha"] = arguments.alpha;
    if (space == "schedule") settings["step"] = arguments.step;
    if (space == "affine") {
        settings["lower"] = arguments.lower;
        settings["upper"] = arguments.upper;
    }
}

}  // namespace

json journal_settings(const workbench& bench, const std::string& space) {
    const auto& arguments = bench.arguments;
    json settings = {{"checkpoints", json::array()}};
    for (const auto& path : arguments.checkpoints) settings["checkpoints"].push_back(path.string());
    add_space(arguments, space, settings);
    settings["kernel"] = arguments.kernel;
    settings["acquisition"] = arguments.acquisition;
    if (arguments.score.empty())
        settings["held_out"] = arguments.held_out.string();
    else
        settings["score"] = arguments.score;
    if (!bench.metric.empty()) settings["metric"] = bench.metric;
    if (bench.confirming > 0) settings["confirm"] = bench.confirming;
    if (bench.race) {
        const auto& options = bench.race->options();
        settings["racing"] = {{"first", options.first}, {"share", options.share}, {"confidence", options.confidence}};
    }
    return settings;
}

search_arguments arguments_from(const json& settings) {
    search_arguments arguments;
    arguments.space = settings.at("space");
    arguments.kernel = settings.at("kernel");
    for (const auto& path : settings.at("checkpoints")) arguments.checkpoints.emplace_back(path.get<std::string>());
    arguments.alpha = settings.value("alpha", arguments.alpha);
    arguments.step = settings.value("step", arguments.step);
    arguments.lower = settings.value("lower", arguments.lower);
    arguments.upper = settings.value("upper", arguments.upper);
    return arguments;
}

measured_in measure_from(const json& settings) {
    if (settings.contains("score")) return measure_of_a_command();
    return measure_of(settings.value("metric", ""));
}
