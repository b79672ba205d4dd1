// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/external_evaluator.hpp>
#include <bouillon/merge_search/served_evaluator.hpp>

#include "scoring/merge_scorer.hpp"
#include "search/measurement_names.hpp"

#include <chrono>
#include <memory>

namespace {

template <class Evaluator>
merge_scorer scorer_of(const std::shared_ptr<Evaluator>& evaluator) {
    merge_scorer scorer;
    scorer.evaluate = as_functions(evaluator);
    scorer.wording = wording_of_a_command();
    scorer.told_domains = [evaluator] { return evaluator->domains(); };
    return scorer;
}

}  // namespace

merge_scorer make_command_scorer(const search_arguments& arguments, double confirm_share,
                                 const bouillon::checkpoint_set& checkpoints, const bouillon::tensor_groups& groups,
                                 const command_context& context) {
    const std::chrono::seconds limit(arguments.score_limit);
    const bouillon::external_options options{
        .retries = arguments.retries,
        .write = {.allow_non_finite = arguments.allow_non_finite, .groups = groups, .stop = context.stop},
        .slots = arguments.jobs,
        .scratch = arguments.scratch,
        .logs = arguments.logs,
        .name = [&names = context.names](std::span<const double> merge_weights) { return names(merge_weights); }};
    const bouillon::confirm_options confirm{confirm_share, arguments.seed};
    const auto sets = std::make_shared<bouillon::printed_sets>();
    if (!arguments.score.empty())
        return scorer_of(std::make_shared<bouillon::external_evaluator>(
            checkpoints, bouillon::external_command{arguments.score, limit, sets}, options, confirm));
    const auto served = std::make_shared<bouillon::served_evaluator>(
        checkpoints, bouillon::served_command{arguments.serve, limit, sets}, options, confirm);
    merge_scorer scorer = scorer_of(served);
    scorer.chooses_documents = [served](std::span<const double> measured) {
        return served->chooses_documents(measured);
    };
    return scorer;
}
