// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/merge_search/evaluator.hpp>
#include <bouillon/search/baselines.hpp>
#include <bouillon/search/document_domains.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// A merge and its mean loss on the search documents.
struct measured_candidate {
    double loss;
    std::vector<double> merge_weights;  ///< (checkpoints)
};

/// The candidates that can be measured, the lowest loss first; among equal ones in the order given.
/// @throws work_error when there is none
template <class Measure>
std::vector<measured_candidate> lowest_loss_first(const baseline& compared, Measure& measure,
                                                  const document_domains& domains) {
    std::vector<measured_candidate> measured;
    std::string failure = "its loss is no finite number";
    for (const auto& weights : compared.merge_weights) try {
            measured.push_back({mean_loss(measure(weights, document_set::search).losses, domains).mean, weights});
        } catch (const work_error& error) {
            failure = error.what();
        }
    std::erase_if(measured,
                  [](const auto& candidate) { return !(candidate.loss < std::numeric_limits<double>::infinity()); });
    if (measured.empty()) throw work_error("baseline '" + compared.name + "': no merge could be measured: " + failure);
    std::ranges::stable_sort(measured, {}, &measured_candidate::loss);
    return measured;
}

/// Averages one candidate after the other, the best first, and keeps each with which the loss does not rise.
///
/// Cost: one measurement a candidate. Reference: Wortsman et al. (2022), "Model soups", recipe 1.
template <class Measure>
std::vector<double> greedy_soup(const std::vector<measured_candidate>& candidates, Measure& measure,
                                const document_domains& domains) {
    std::vector<double> sum = candidates.front().merge_weights, soup = sum;  // (checkpoints)
    double lowest = candidates.front().loss, count = 1;
    for (std::size_t i = 1; i < candidates.size(); ++i) try {
            std::vector<double> larger(sum.size()), average(sum.size());  // (checkpoints)
            for (std::size_t k = 0; k < sum.size(); ++k) {
                larger[k] = sum[k] + candidates[i].merge_weights[k];
                average[k] = larger[k] / (count + 1);
            }
            const double loss = mean_loss(measure(average, document_set::search).losses, domains).mean;
            if (!(loss <= lowest)) continue;
            lowest = loss;
            ++count;
            sum = std::move(larger);
            soup = std::move(average);
        } catch (const work_error&) {
            continue;  // as one with which the loss rises
        }
    return soup;
}

}  // namespace detail

/// The merge that a baseline comes to on the search documents.
///
/// Candidates that cannot be measured are passed over. Cost: a measurement a candidate, as many again for a soup.
/// @tparam Measure what gives a merge's losses on a document set, such as measured_merges
/// @param compared the baseline
/// @param measure gives losses
/// @param domains of the search documents; none: all are of one
/// @returns (checkpoints), merge weights
/// @throws work_error when no candidate can be measured
template <class Measure>
std::vector<double> choose_merge(const baseline& compared, Measure& measure, const document_domains& domains = {}) {
    const auto candidates = detail::lowest_loss_first(compared, measure, domains);
    if (compared.choice == baseline_choice::greedy_soup) return detail::greedy_soup(candidates, measure, domains);
    return candidates.front().merge_weights;
}

}  // namespace bouillon
