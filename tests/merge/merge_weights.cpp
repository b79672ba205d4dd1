// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge/merge_weights.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace bouillon;

namespace {

used_weights use(std::vector<double> weights, std::size_t checkpoints, std::size_t groups = 1) {
    return use_weights(weights, checkpoints, groups, [](std::size_t k) { return "step-" + std::to_string(k); });
}

using numbers = std::vector<double>;

}  // namespace

TEST_CASE("a weight of exactly 0, of either sign, leaves its checkpoint out") {
    const auto used = use({0.0, 0.25, -0.0, 0.75}, 4);
    CHECK(used.checkpoints == std::vector<std::size_t>{1, 3});
    CHECK(used.groups.at(0).weights == numbers{0.25, 0.75});
    CHECK(used.groups[0].sum_to_one);
}

TEST_CASE("weights are taken as they are, and whether they sum to 1 is told") {
    CHECK(use({0.1, 0.2, 0.7}, 3).groups[0].sum_to_one);  // but for rounding
    CHECK_FALSE(use({0.5, 0.5 + 1e-11}, 2).groups[0].sum_to_one);
    CHECK(use({1.5, -0.5}, 2).groups[0].sum_to_one);
    CHECK(use({2.0}, 1).groups[0].weights == numbers{2.0});
}

TEST_CASE("each group of tensors has a row of weights, and a checkpoint is left out only where none uses it") {
    const auto used = use({0.0, 0.0, 1.0, 0.0, 0.25, 0.5}, 3, 2);
    CHECK(used.checkpoints == std::vector<std::size_t>{1, 2});
    REQUIRE(used.groups.size() == 2);
    CHECK(used.groups[0].weights == numbers{0.0, 1.0});
    CHECK(used.groups[0].sum_to_one);
    CHECK(used.groups[1].weights == numbers{0.25, 0.5});
    CHECK_FALSE(used.groups[1].sum_to_one);
}

TEST_CASE("one row of weights is for all groups alike") {
    const auto used = use({0.25, 0.75}, 2, 3);
    REQUIRE(used.groups.size() == 3);
    for (const auto& group : used.groups) CHECK(group.weights == numbers{0.25, 0.75});
}

TEST_CASE("weights that are no weights are refused with what they are") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH_AS(use({1.0}, 2), "1 merge weights for 2 checkpoints", input_error);
    CHECK_THROWS_WITH_AS(use({1.0, 2.0, 3.0}, 2, 2), "3 merge weights for 2 checkpoints and 2 groups of tensors",
                         input_error);
    CHECK_THROWS_WITH_AS(use({0.5, 0.5, 0.0, 0.0}, 2, 2), "all merge weights are 0", input_error);
    CHECK_THROWS_WITH_AS(use({0.0, 0.0}, 2), "all merge weights are 0", input_error);
    CHECK_THROWS_WITH_AS(use({}, 0), "all merge weights are 0", input_error);
    CHECK_THROWS_WITH_AS(use({1.0, nan}, 2), "the merge weight of step-1 is nan, not a finite number", input_error);
    CHECK_THROWS_WITH_AS(use({-infinity, 1.0}, 2), "the merge weight of step-0 is -inf, not a finite number",
                         input_error);
}
