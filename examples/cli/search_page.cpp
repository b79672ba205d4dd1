// SPDX-License-Identifier: Apache-2.0
#include "search_page.hpp"

#include <bouillon/merge/compare_neighbours.hpp>
#include <bouillon/score/external_command.hpp>
#include <bouillon/version.hpp>

#include <utility>

namespace {

std::string quoted_where_needed(const std::string& word) {
    const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$&;|<>()*?[]{}#~`!") == word.npos;
    return plain ? word : bouillon::detail::shell_quote(word);
}

}  // namespace

std::vector<std::string> coordinate_names(const workbench& bench, const std::string& space) {
    const auto names = bench.weight_names();
    if (space == "interval") return {"weight of " + names.checkpoints.back()};
    if (space == "schedule") return {"window, checkpoints", "spacing, checkpoints", "shape", "step, windows"};
    std::vector<std::string> result;  // (coordinates)
    if (space == "groups") {
        const auto scaling = make_group_space(bench.arguments.groups, bench.groups, bench.newest());
        for (std::size_t g = 0; g < names.groups.size(); ++g)
            if (scaling.lower[g] < scaling.upper[g]) result.push_back("scale of " + names.groups[g]);
    } else {
        for (const auto& name : names.checkpoints) result.push_back("weight of " + name);
    }
    return result;
}

report_page make_page(workbench& bench, const bouillon::merge_report& report, std::vector<reported_trial> trials,
                      std::vector<posterior_slice> slices) {
    report_page page;
    page.names = bench.weight_names();
    page.decision = decision_text(report, page.names.checkpoints.back());
    page.version = bouillon::version;
    page.journal = bench.arguments.journal.string();
    for (const auto& word : bench.arguments.command)
        page.command += (page.command.empty() ? "" : " ") + quoted_where_needed(word);
    page.report = report;
    page.trials = std::move(trials);
    page.slices = std::move(slices);
    for (std::size_t k = 0; k < bench.checkpoints.size(); ++k) {
        std::vector<double> alone(bench.checkpoints.size(), 0.0);
        alone[k] = 1;
        const auto loss = bouillon::mean_loss(bench.measure(alone, bouillon::document_set::search).losses);
        page.checkpoints.push_back({page.names.checkpoints[k], loss.mean, loss.standard_error()});
    }
    const auto pairs = bouillon::compare_neighbours(bench.checkpoints, bench.arguments.threads);
    for (std::size_t k = 0; k < pairs.size(); ++k) {
        bouillon::comparison whole;
        for (const auto& tensor : pairs[k]) whole += tensor;
        page.distances.push_back({page.names.checkpoints[k], page.names.checkpoints[k + 1], whole.distance(),
                                  whole.distance() / whole.norm_b(), whole.cosine()});
    }
    return page;
}
