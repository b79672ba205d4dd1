// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/defaults.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;

TEST_CASE("a search of merges compares with the newest checkpoint, which is known exactly") {
    const auto options = merge_search_options({2.5, 3.5}, {0, 1});
    CHECK(options.reference_losses == std::vector{2.5, 3.5});
    REQUIRE(options.known.size() == 1);
    CHECK(options.known[0].point == std::vector<double>{0, 1});
    CHECK(options.known[0].loss == 0);
    CHECK(options.known[0].variance == 0);
    CHECK(options.smallest_distance == 1e-4);
    CHECK_FALSE(options.climbs.elsewhere);
}

TEST_CASE("a single number is a loss whose scatter is not known, and the newest checkpoint's is one of them") {
    const auto options = merge_search_options({2.5}, {1});
    CHECK(options.reference_losses.empty());
    REQUIRE(options.known.size() == 1);
    CHECK(options.known[0].loss == 2.5);
    CHECK(std::isnan(options.known[0].variance));
}
