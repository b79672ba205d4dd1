// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/interval.hpp>

#include <doctest/doctest.h>

#include <span>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

/// Losses of 8 documents that grow with the older checkpoint's weight: nothing is to be gained by merging.
merge_evaluation newest_is_best(std::span<const double> merge_weights, document_set) {
    merge_evaluation result;
    for (int document = 0; document < 8; ++document)
        result.losses.push_back(2 + 0.1 * document + merge_weights[0] * (1 + 0.05 * document));
    return result;
}

}  // namespace

TEST_CASE("where no merge is better the newest checkpoint stays") {
    auto evaluate = newest_is_best;
    measured_merges measure(evaluate);
    search_options options{.budget = 6};
    options.reference_losses = newest_is_best(std::vector{0.0, 1.0}, document_set::search).losses;
    bayesian_search search(interval{}, options);
    run_all_trials(search, measure, [](const trial_event&) {});
    const auto found = search.recommendation().merge_weights;
    const auto report =
        make_report(found, baselines(2, 6, 1), measure, gain_documents::test, [](const std::string&) {});
    CHECK_FALSE(report.merge());
}
