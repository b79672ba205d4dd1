// SPDX-License-Identifier: Apache-2.0
#include <bouillon/tensor/device_rows.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>

using namespace bouillon::detail;

TEST_CASE("softmax of transposed scores sums to 1 over what a query may see and is 0 behind it") {
    const std::size_t heads = 2, rows = 5;
    std::array<float, heads * rows * rows> scores;
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = std::sin(static_cast<float>(i)) * 50;
    const causal_softmax_of_query softmax{scores.data(), rows};
    for (std::size_t i = 0; i < heads * rows; ++i) softmax(i);
    for (std::size_t head = 0; head < heads; ++head)
        for (std::size_t query = 0; query < rows; ++query) {
            float sum = 0;
            for (std::size_t key = 0; key < rows; ++key) {
                const float share = scores[(head * rows + key) * rows + query];
                CHECK((key <= query ? share >= 0 : share == 0));
                sum += share;
            }
            CHECK(sum == doctest::Approx(1));
        }
}

TEST_CASE("a loss does not depend on how the vocabulary is cut") {
    std::array<float, 6> logits = {300, 1, -2, 301, 0, 299};  // (vocabulary, 1)
    const std::int32_t target = 5;
    std::array<float, 2> losses{};
    running_loss state{};
    add_logits_of_row{logits.data(), 1, 0, 6, 6, &target, &state, &losses[0]}(0);
    add_logits_of_row{logits.data(), 1, 0, 2, 6, &target, &state, &losses[1]}(0);
    add_logits_of_row{logits.data() + 2, 1, 2, 4, 6, &target, &state, &losses[1]}(0);
    const double expected = std::log(std::exp(1.0) + std::exp(2.0) + 1);
    CHECK(losses[0] == doctest::Approx(expected).epsilon(1e-7));
    CHECK(losses[1] == doctest::Approx(expected).epsilon(1e-7));
}
