// SPDX-License-Identifier: Apache-2.0
#include "report/search_page.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/merge/compare_neighbours.hpp>
#include <bouillon/version.hpp>

#include "report/report_output.hpp"
#include "shell_word.hpp"

#include <string>
#include <utility>

namespace {

/// The checkpoints alone. Those that were not scored on all search documents are, for a page that is asked for; a
/// journal does without them, and both without one that cannot be measured.
std::vector<reported_checkpoint> measured_alone(merge_problem& problem) {
    const auto& names = problem.names.checkpoints;
    std::vector<reported_checkpoint> measured;
    for (std::size_t k = 0; k < names.size(); ++k) {
        std::vector<double> alone(names.size(), 0.0);
        alone[k] = 1;
        if (problem.arguments.report.empty() && !problem.losses.knows(alone)) continue;
        try {
            const auto loss = problem.search_loss(problem.losses(alone, bouillon::document_set::search).losses);
            measured.push_back({names[k], loss.mean, loss.standard_error()});
        } catch (const bouillon::work_error& failure) {
            problem.note("the page does without " + names[k] + " alone: " + failure.what());
        }
    }
    return measured;
}

std::vector<reported_distance> neighbours_distances(const bouillon::checkpoint_set& checkpoints,
                                                    const merge_problem& problem) try {
    const auto& names = problem.names.checkpoints;
    std::vector<reported_distance> distances;
    const auto pairs = bouillon::compare_neighbours(checkpoints, problem.arguments.threads);
    for (std::size_t k = 0; k < pairs.size(); ++k) {
        bouillon::comparison whole;
        for (const auto& tensor : pairs[k]) whole += tensor;
        distances.push_back(
            {names[k], names[k + 1], whole.distance(), whole.distance() / whole.norm_b(), whole.cosine()});
    }
    return distances;
} catch (const bouillon::error& failure) {
    problem.note(std::string("the page does without the checkpoints' distances: ") + failure.what());
    return {};
}

}  // namespace

report_page make_page(merge_problem& problem, const bouillon::checkpoint_set* checkpoints,
                      const bouillon::merge_report& report, const search_result& result) {
    const auto& arguments = problem.arguments;
    report_page page;
    page.names = problem.names;
    page.wording = problem.wording;
    page.decision = decision_text(report, page.names.checkpoints.back(), page.wording);
    page.version = bouillon::version;
    page.journal = arguments.journal.string();
    for (const auto& word : arguments.command)
        if (word != "--resume")  // the whole search is told, not its continuation
            page.command += (page.command.empty() ? "" : " ") + shell_word(word);
    page.report = report;
    page.trials = result.reported;
    page.front = result.front;
    page.slices = result.slices;
    page.slices_space = result.slices_space;
    page.checkpoints = measured_alone(problem);
    if (checkpoints) page.distances = neighbours_distances(*checkpoints, problem);
    return page;
}
