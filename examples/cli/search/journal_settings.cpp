// SPDX-License-Identifier: Apache-2.0
#include "search/journal_settings.hpp"

#include "choices/choice.hpp"
#include <nlohmann/json.hpp>

#include <string>

using json = nlohmann::ordered_json;

namespace {

/// The file of one set; of several, each by its name.
json held_out_json(const std::vector<held_out_argument>& sets) {
    if (sets.size() == 1) return sets.front().file.string();
    json named;
    for (const auto& set : sets) named[set.name] = set.file.string();
    return named;
}

}  // namespace

json journal_settings(const search_arguments& arguments) {
    json settings = {{"checkpoints", json::array()}};
    for (const auto& path : arguments.checkpoints) settings["checkpoints"].push_back(path.string());
    settings["kernel"] = arguments.kernel->name;
    settings["acquisition"] = arguments.acquisition->name;
    if (!arguments.score.empty())
        settings["score"] = arguments.score;
    else if (!arguments.serve.empty())
        settings["serve"] = arguments.serve;
    else
        settings["held_out"] = held_out_json(arguments.held_out);
    const auto& set = arguments.set;  // what a merge is, where it is not as usual
    if (set.dtype->type) settings["dtype"] = set.dtype->name;
    if (!set.kept.empty()) settings["keep_dtype"] = set.kept;
    if (set.integers->newest) settings["integers"] = set.integers->name;
    if (!set.prefixes.empty()) settings["strip"] = set.prefixes;
    if (!set.config.empty()) settings["config"] = set.config.string();
    if (!arguments.settings.empty()) settings.update(json::parse(arguments.settings));
    return settings;
}

json journal_settings(const merge_problem& problem) {
    json settings = journal_settings(problem.arguments);
    settings["space"] = space_of_groups;
    if (problem.metric) settings["metric"] = problem.metric->name;
    if (problem.window > 0) settings["window"] = problem.window;
    if (problem.precision != bouillon::precision::float32) settings["precision"] = name_of(problem.precision);
    if (problem.confirming > 0) settings["confirm"] = problem.confirming;
    if (problem.confirming > 0 && !problem.domains.test.empty()) {  // of each set, where there are several
        json confirming;
        for (const auto& domain : problem.domains.test) confirming[domain.name] = domain.documents;
        settings["confirm"] = confirming;
    }
    if (problem.race) {
        const auto& options = problem.race->options();
        settings["racing"] = {{"first", options.first}, {"share", options.share}, {"confidence", options.confidence}};
    }
    return settings;
}

json journal_settings(const merge_problem& problem, const space_choice& space) {
    json settings = journal_settings(problem);
    settings["space"] = space.name;
    for (const auto& bound : space.bounds) settings[std::string(bound.name)] = problem.arguments.bounds.*bound.value;
    return settings;
}

search_arguments arguments_from(const json& settings) {
    search_arguments arguments;
    for (const auto& path : settings.at("checkpoints")) arguments.checkpoints.emplace_back(path.get<std::string>());
    arguments.kernel = &choice_named(kernel_choices(), settings.at("kernel").get<std::string>(), "kernel");
    if (settings.at("space") == space_of_groups) return arguments;
    arguments.space = &choice_named(space_choices(), settings.at("space").get<std::string>(), "space");
    for (const auto& bound : arguments.space->bounds)
        arguments.bounds.*bound.value = settings.at(std::string(bound.name));
    return arguments;
}

loss_wording wording_from(const json& settings) {
    if (settings.contains("score") || settings.contains("serve")) return wording_of_a_command();
    if (!settings.contains("metric")) return {};
    return choice_named(metric_choices(), settings.at("metric").get<std::string>(), "metric").wording;
}
