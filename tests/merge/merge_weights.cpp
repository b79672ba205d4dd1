// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/merge_weights.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace bouillon;

namespace {

used_weights use(std::vector<double> weights, std::size_t checkpoints) {
    return use_weights(weights, checkpoints, [](std::size_t k) { return "step-" + std::to_string(k); });
}

}  // namespace

TEST_CASE("a weight of exactly 0, of either sign, leaves its checkpoint out") {
    const auto used = use({0.0, 0.25, -0.0, 0.75}, 4);
    CHECK(used.checkpoints == std::vector<std::size_t>{1, 3});
    CHECK(used.weights == std::vector<double>{0.25, 0.75});
    CHECK(used.sum_to_one);
}

TEST_CASE("weights are taken as they are, and whether they sum to 1 is told") {
    CHECK(use({0.1, 0.2, 0.7}, 3).sum_to_one);  // but for rounding
    CHECK_FALSE(use({0.5, 0.5 + 1e-11}, 2).sum_to_one);
    CHECK(use({1.5, -0.5}, 2).sum_to_one);
    CHECK(use({2.0}, 1).weights == std::vector<double>{2.0});
}

TEST_CASE("weights that are no weights are refused with what they are") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH_AS(use({1.0}, 2), "1 merge weights for 2 checkpoints", input_error);
    CHECK_THROWS_WITH_AS(use({0.0, 0.0}, 2), "all merge weights are 0", input_error);
    CHECK_THROWS_WITH_AS(use({}, 0), "all merge weights are 0", input_error);
    CHECK_THROWS_WITH_AS(use({1.0, nan}, 2), "the merge weight of step-1 is nan, not a finite number", input_error);
    CHECK_THROWS_WITH_AS(use({-infinity, 1.0}, 2), "the merge weight of step-0 is -inf, not a finite number",
                         input_error);
}
