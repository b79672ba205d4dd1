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
    CHECK(std::isnan(summary.bits_per_byte));
}

TEST_CASE("bits per byte are all nats over all bytes") {
    const held_out_documents held_out({1, 1, 1, 1, 1, 1}, {0, 2, 6}, "f", {.bytes = {5, 11}});
    const auto summary = summarize(std::vector{2.0, 4.0}, held_out);
    CHECK(summary.bits_per_byte == doctest::Approx(14.0 / 16.0 / 0.6931471805599453));
}

TEST_CASE("some of the documents can be summarised alone") {
    const held_out_documents held_out({1, 1, 1, 1, 1, 1, 1, 1}, {0, 2, 6, 8}, "f", {.bytes = {5, 11, 3}});
    const std::vector<double> losses = {2.0, 4.0, 7.0};
    const std::vector<std::size_t> chosen = {0, 2};
    const auto summary = summarize(losses, held_out, chosen);
    CHECK(summary.loss == 4.5);
    CHECK(summary.token_loss == 4.5);
    CHECK(summary.standard_error == doctest::Approx(2.5));  // sd = 5 / sqrt(2), over sqrt(2)
    CHECK(summary.bits_per_byte == doctest::Approx(9.0 / 8.0 / 0.6931471805599453));
}

TEST_CASE("one document has no standard error") {
    const held_out_documents held_out({1, 1}, {0, 2}, "f");
    CHECK(std::isnan(summarize(std::vector<double>{1.0}, held_out).standard_error));
}
