// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/posterior.hpp>

#include <doctest/doctest.h>

TEST_CASE("a belief comes apart as mean and variance, a prediction as mean and deviation") {
    const auto [mean, variance] = bouillon::posterior{.mean = 1, .variance = 4};
    CHECK(mean == 1);
    CHECK(variance == 4);
    const auto [same_mean, deviation] = bouillon::prediction{.mean = 1, .deviation = 2};
    CHECK(same_mean == mean);
    CHECK(deviation * deviation == variance);
}
