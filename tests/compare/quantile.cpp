// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/quantile.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;

TEST_CASE("a quantile lies between its neighbours") {
    const std::vector<double> values = {4, 1, 3, 2};
    CHECK(quantile(values, 0) == 1);
    CHECK(quantile(values, 0.5) == 2.5);
    CHECK(quantile(values, 0.25) == 1.75);
    CHECK(quantile(values, 1) == 4);
    CHECK(quantile({7}, 0.3) == 7);
    CHECK(std::isnan(quantile({}, 0.5)));
    const auto [lower, median, upper] = quartiles_of(values);
    CHECK(lower == 1.75);
    CHECK(median == 2.5);
    CHECK(upper == 3.25);
}

TEST_CASE("infinite values are the largest") {
    CHECK(quantile({1, INFINITY, INFINITY}, 0.5) == INFINITY);
    CHECK(quantile({1, 2, INFINITY}, 0.5) == 2);
    CHECK(quantile({1, INFINITY, INFINITY, INFINITY}, 0.75) == INFINITY);
}
