// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/problems/bbob_moderate.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon::detail::bbob;

TEST_CASE("BBOB f7 has plateaus") {
    const auto made = step_ellipsoid_function({7, 3, 1});
    std::vector<double> point = {2.0, -1.0, 0.5};
    const double value = made.excess(point);
    point[0] += 1e-6;
    CHECK(made.excess(point) == value);
}

TEST_CASE("the turned valley of BBOB f9 has its minimum where it says") {
    for (const std::size_t d : {2, 5, 100}) {
        const auto made = rotated_rosenbrock_function({9, d, 1});
        CHECK(made.excess(made.minimizer) < 1e-18);
    }
    CHECK(valley_scale(5) == 1);
    CHECK(valley_scale(256) == 2);
}

TEST_CASE("BBOB f6 is steep on the side of its minimum and flat behind it") {
    const auto made = attractive_sector_function({6, 2, 1});
    CHECK(made.excess(made.minimizer) == 0);
    const auto valley = rosenbrock_function({8, 4, 1});
    CHECK(valley.excess(valley.minimizer) == 0);
}
