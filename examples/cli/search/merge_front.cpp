// SPDX-License-Identifier: Apache-2.0
#include "search/merge_front.hpp"

#include <bouillon/search/history.hpp>
#include <bouillon/search/pareto_front.hpp>

#include "search/merge_problem.hpp"

#include <utility>

namespace {

/// Differences (sets) to the newest checkpoint, as far as a trial was scored.
std::vector<bouillon::loss_estimate> differences_of(const merge_problem& problem, const bouillon::record& ended) {
    const std::vector<double>& losses = ended.observation.document_losses;
    if (losses.size() == problem.newest_losses.size())
        return domain_losses(bouillon::paired_differences(losses, problem.newest_losses), problem.domains.search);
    if (!problem.race || losses.empty()) return {};
    return problem.race->estimate(ended.trial.merge_weights, losses).domains;
}

void sort_by_front(merge_front& tried) {
    std::vector<std::vector<double>> losses;  // (merges, sets)
    for (const auto& merge : tried.merges) {
        losses.emplace_back();
        for (const auto& gain : merge.gains) losses.back().push_back(-gain.mean);
    }
    const auto front = bouillon::pareto_front(losses);
    std::vector<bool> on_front(losses.size());
    std::vector<set_gains> sorted;
    for (const std::size_t i : front) {
        on_front[i] = true;
        sorted.push_back(tried.merges[i]);
    }
    for (std::size_t i = 0; i < losses.size(); ++i)
        if (!on_front[i]) sorted.push_back(tried.merges[i]);
    tried.merges = std::move(sorted);
    tried.size = front.size();
}

}  // namespace

void merge_front::add(const merge_front& others) {
    merges.insert(merges.end(), others.merges.begin(), others.merges.end());
    sort_by_front(*this);
}

merge_front front_of(const merge_problem& problem, const bouillon::history& trials, std::size_t earlier) {
    merge_front tried;
    for (const auto& domain : problem.domains.search) tried.sets.push_back(domain.name);
    if (tried.sets.empty()) return tried;
    for (const auto& ended : trials.records()) {
        if (ended.observation.status != bouillon::trial_status::observed) continue;
        set_gains merge{earlier + ended.trial.ticket + 1, ended.trial.merge_weights, differences_of(problem, ended)};
        if (merge.gains.empty()) continue;
        for (auto& gain : merge.gains) gain.mean = 0.0 - gain.mean;  // 0 - x: never a negative zero
        tried.merges.push_back(std::move(merge));
    }
    sort_by_front(tried);
    return tried;
}
