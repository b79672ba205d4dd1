// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/external_evaluator.hpp>

#include "scoring/merge_scorer.hpp"

#include <chrono>
#include <memory>

merge_scorer make_command_scorer(const search_arguments& arguments, double confirm_share,
                                 const bouillon::checkpoint_set& checkpoints, const bouillon::tensor_groups& groups) {
    const bouillon::external_command command{arguments.score, std::chrono::seconds(arguments.score_limit)};
    const auto evaluator = std::make_shared<bouillon::external_evaluator>(
        checkpoints, command,
        bouillon::external_options{arguments.retries,
                                   {.allow_non_finite = arguments.allow_non_finite, .groups = groups}},
        bouillon::confirm_options{confirm_share, arguments.seed});
    merge_scorer scorer;
    scorer.evaluate = as_functions(evaluator);
    scorer.wording = wording_of_a_command();
    return scorer;
}
