// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/problems/recorded_landscape.hpp>

#include <bouillon/core/error.hpp>
#include <bouillon/space/box.hpp>
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;

namespace {

double bowl(double x, double y) { return 2 + 0.3 * (x - 1) * (x - 1) + 0.1 * (y + 2) * (y + 2); }

std::vector<known_observation> grid() {
    std::vector<known_observation> recorded;
    for (int x = -3; x <= 3; x += 2)
        for (int y = -3; y <= 3; y += 2) recorded.push_back({{1.0 * x, 1.0 * y}, bowl(x, y)});
    return recorded;
}

const box square{{-4, -4}, {4, 4}};

}  // namespace

TEST_CASE("a recorded landscape has what was recorded and what is likely between") {
    const auto landscape = recorded_landscape("bowl", square, grid());
    CHECK_FALSE(landscape.has_minimum());
    CHECK(landscape.noise == 0);
    for (const auto& recorded : grid())
        CHECK(landscape.value(recorded.point) == doctest::Approx(recorded.loss).epsilon(1e-3));
    CHECK(landscape.value(std::vector{0.0, 0.5}) == doctest::Approx(bowl(0, 0.5)).epsilon(1e-2));
    CHECK_NOTHROW(check(landscape));
}

TEST_CASE("records that are no landscape are refused by number") {
    auto recorded = grid();
    recorded[4].point.pop_back();
    CHECK_THROWS_WITH_AS(recorded_landscape("bowl", square, recorded),
                         doctest::Contains("landscape bowl: record 4 has 1 coordinates of 2"), input_error);
    recorded = grid();
    recorded[5].loss = NAN;
    CHECK_THROWS_WITH_AS(recorded_landscape("bowl", square, recorded), doctest::Contains("record 5"), input_error);
    recorded.resize(2);
    CHECK_THROWS_WITH_AS(recorded_landscape("bowl", square, recorded), "landscape bowl: 2 recorded losses are too few",
                         input_error);
}
