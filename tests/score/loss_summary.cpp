// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/loss_summary.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon;

TEST_CASE("documents count alike in the loss, tokens in the token loss") {
    const held_out_documents held_out({1, 1, 1, 1, 1, 1}, {0, 2, 6}, "f");  // 1 and 3 targets
    const std::vector<double> losses = {2.0, 4.0};
    const auto summary = summarize(losses, held_out);
    CHECK(summary.loss == 3.0);
    CHECK(summary.standard_error == doctest::Approx(1.0));  // sd = sqrt(2), over sqrt(2)
    CHECK(summary.token_loss == 3.5);
    CHECK(summary.perplexity == doctest::Approx(33.11545195869231));
}

TEST_CASE("one document has no standard error") {
    const held_out_documents held_out({1, 1}, {0, 2}, "f");
    CHECK(std::isnan(summarize(std::vector<double>{1.0}, held_out).standard_error));
}
