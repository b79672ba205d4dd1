// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/document_evaluator.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

namespace {

/// Its losses are each document's first token, times the first merge weight.
struct first_tokens : detail::document_evaluator<first_tokens> {
    using document_evaluator::document_evaluator;

    merge_evaluation score(std::span<const double> merge_weights, const held_out_documents& held_out) {
        merge_evaluation result;
        for (std::size_t i = 0; i < held_out.size(); ++i) result.losses.push_back(merge_weights[0] * held_out[i][0]);
        return result;
    }
};

}  // namespace

static_assert(partial_merge_evaluator<first_tokens>);

TEST_CASE("either set is measured as a whole, and of the search documents any in any order") {
    first_tokens evaluate({{1, 0, 2, 0, 3, 0}, {0, 2, 4, 6}, "search"}, {{7, 0}, {0, 2}, "test"});
    const std::vector<double> weights = {2};
    CHECK(evaluate(weights, document_set::search).losses == std::vector<double>{2, 4, 6});
    CHECK(evaluate(weights, document_set::test).losses == std::vector<double>{14});
    CHECK(evaluate(weights, std::vector<std::size_t>{2, 0}).losses == std::vector<double>{6, 2});
}
