// SPDX-License-Identifier: Apache-2.0
#include "journal_settings.hpp"

#include <bouillon/core/to_string.hpp>

#include <sstream>
#include <utility>

namespace {

void add_space(const search_arguments& arguments, const std::string& space,
               std::map<std::string, std::string>& settings) {
    settings["space"] = space;
    if (space == "interval") settings["alpha"] = bouillon::to_string(arguments.alpha);
    if (space == "schedule") settings["step"] = bouillon::to_string(arguments.step);
    if (space == "affine")
        settings["bounds"] = bouillon::to_string(arguments.lower) + " " + bouillon::to_string(arguments.upper);
}

/// Reads the numbers of a setting; they stay as they are where the header has no such setting.
template <class... Numbers>
void read_numbers(const nlohmann::ordered_json& header, const char* setting, Numbers&... numbers) {
    std::istringstream text(header.value(setting, ""));
    const auto read_one = [&](double& number) {
        if (double value = 0; text >> value) number = value;
    };
    (read_one(numbers), ...);
}

}  // namespace

std::map<std::string, std::string> journal_settings(const workbench& bench, const std::string& space) {
    const auto& arguments = bench.arguments;
    std::string checkpoints;
    for (const auto& path : arguments.checkpoints) checkpoints += (checkpoints.empty() ? "" : " ") + path.string();
    std::map<std::string, std::string> settings = {
        {"checkpoints", checkpoints}, {"kernel", arguments.kernel}, {"acquisition", arguments.acquisition}};
    if (arguments.score.empty())
        settings["held_out"] = arguments.held_out.string();
    else
        settings["score"] = arguments.score;
    if (!bench.metric.empty()) settings["metric"] = bench.metric;
    if (bench.confirming > 0) settings["confirm"] = bouillon::to_string(bench.confirming);
    if (bench.race) {
        const auto& options = bench.race->options();
        settings["racing"] = "from " + bouillon::to_string(options.first) + " documents, share " +
                             bouillon::to_string(options.share) + ", confidence " +
                             bouillon::to_string(options.confidence);
    }
    add_space(arguments, space, settings);
    return settings;
}

search_arguments arguments_from(const nlohmann::ordered_json& header) {
    search_arguments arguments;
    arguments.space = header.value("space", "");
    arguments.kernel = header.value("kernel", "");
    std::istringstream paths(header.value("checkpoints", ""));
    for (std::string path; std::getline(paths, path, ' ');) arguments.checkpoints.emplace_back(path);
    read_numbers(header, "alpha", arguments.alpha);
    read_numbers(header, "step", arguments.step);
    read_numbers(header, "bounds", arguments.lower, arguments.upper);
    return arguments;
}

measured_in measure_from(const nlohmann::ordered_json& header) {
    if (header.contains("score")) return measure_of_a_command();
    return measure_of(header.value("metric", ""));
}
