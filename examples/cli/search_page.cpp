// SPDX-License-Identifier: Apache-2.0
#include "search_page.hpp"

#include <bouillon/merge/compare_neighbours.hpp>
#include <bouillon/score/external_command.hpp>
#include <bouillon/version.hpp>

#include <utility>

namespace {

/// The checkpoints alone. Those that were not scored on all search documents are, for a page that is asked for; a
/// journal does without them.
std::vector<reported_checkpoint> measured_alone(workbench& bench, const std::vector<std::string>& names) {
    std::vector<reported_checkpoint> measured;
    for (std::size_t k = 0; k < names.size(); ++k) {
        std::vector<double> alone(names.size(), 0.0);
        alone[k] = 1;
        if (bench.arguments.report.empty() && !bench.measure.knows(alone)) continue;
        const auto loss = bouillon::mean_loss(bench.measure(alone, bouillon::document_set::search).losses);
        measured.push_back({names[k], loss.mean, loss.standard_error()});
    }
    return measured;
}

std::vector<reported_distance> neighbours_distances(const workbench& bench, const std::vector<std::string>& names) {
    std::vector<reported_distance> distances;
    const auto pairs = bouillon::compare_neighbours(bench.checkpoints, bench.arguments.threads);
    for (std::size_t k = 0; k < pairs.size(); ++k) {
        bouillon::comparison whole;
        for (const auto& tensor : pairs[k]) whole += tensor;
        distances.push_back(
            {names[k], names[k + 1], whole.distance(), whole.distance() / whole.norm_b(), whole.cosine()});
    }
    return distances;
}

std::string quoted_where_needed(const std::string& word) {
    const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$&;|<>()*?[]{}#~`!") == word.npos;
    return plain ? word : bouillon::shell_quote(word);
}

}  // namespace

std::vector<std::string> coordinate_names(const std::vector<std::string>& checkpoints, const std::string& space) {
    if (space == "interval") return {"weight of " + checkpoints.back()};
    if (space == "schedule") return {"window, checkpoints", "spacing, checkpoints", "shape", "step, windows"};
    std::vector<std::string> result;  // (coordinates)
    for (const auto& name : checkpoints) result.push_back("weight of " + name);
    return result;
}

std::vector<std::string> coordinate_names(const workbench& bench, const std::string& space) {
    const auto names = bench.weight_names();
    if (space != "groups") return coordinate_names(names.checkpoints, space);
    std::vector<std::string> result;  // (coordinates)
    const auto scaling = make_group_space(bench.arguments.groups, bench.groups, bench.newest());
    for (std::size_t g = 0; g < names.groups.size(); ++g)
        if (scaling.lower[g] < scaling.upper[g]) result.push_back("scale of " + names.groups[g]);
    return result;
}

report_page make_page(workbench& bench, const bouillon::merge_report& report, const search_result& result) {
    report_page page;
    page.names = bench.weight_names();
    page.measured = bench.measured;
    page.decision = decision_text(report, page.names.checkpoints.back(), page.measured);
    page.version = bouillon::version;
    page.journal = bench.arguments.journal.string();
    for (const auto& word : bench.arguments.command)
        if (word != "--resume")  // the whole search is told, not its continuation
            page.command += (page.command.empty() ? "" : " ") + quoted_where_needed(word);
    page.report = report;
    page.trials = result.reported;
    page.slices = result.slices;
    page.slices_space = result.slices_space;
    page.checkpoints = measured_alone(bench, page.names.checkpoints);
    page.distances = neighbours_distances(bench, page.names.checkpoints);
    return page;
}
