// SPDX-License-Identifier: Apache-2.0
#include <bouillon/space/box_coordinate.hpp>

#include <bouillon/core/random.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

using namespace bouillon;
using detail::bounded_coordinate;

namespace {

constexpr box_coordinate logarithmic{.logarithmic = true}, integer{.integer = true},
    both{.logarithmic = true, .integer = true};

std::string refusal(const bounded_coordinate& along) {
    try {
        along.check("x");
    } catch (const input_error& problem) {
        return problem.what();
    }
    return "";
}

}  // namespace

TEST_CASE("on a logarithmic scale equal ratios are equal distances and both ends are exact") {
    const bounded_coordinate rate{1e-5, 0.1, logarithmic};
    CHECK(rate.value(0) == 1e-5);
    CHECK(rate.value(1) == 0.1);
    CHECK(rate.value(0.25) == doctest::Approx(1e-4).epsilon(1e-12));
    CHECK(rate.unit(1e-3) == doctest::Approx(0.5).epsilon(1e-12));
    for (double u = 0; u <= 1; u += 1.0 / 64) {
        CHECK(rate.unit(rate.value(u)) == doctest::Approx(u).epsilon(1e-13));
        CHECK(rate.nearest(u) == u);
        CHECK(rate.from_cube(u) == u);
    }
}

TEST_CASE("an integer's unit coordinates are those of whole numbers and lead back to them exactly") {
    for (const bounded_coordinate along :
         {bounded_coordinate{-3, 7, integer}, bounded_coordinate{1, 1024, both}, bounded_coordinate{0, 1, integer},
          bounded_coordinate{1, 1e9, both}, bounded_coordinate{-1e9, 1e9, integer}}) {
        const std::size_t step = 1 + along.integers() / 1000;
        for (std::size_t i = 0; i < along.integers(); i += step) {
            const double value = along.lower + static_cast<double>(i), unit = along.unit(value);
            CHECK(along.value(unit) == value);
            CHECK(along.nearest(unit) == unit);
        }
    }
}

TEST_CASE("an integer's nearest unit coordinate is compared with all") {
    for (const box_coordinate kind : {integer, both}) {
        const bounded_coordinate along{1, 12, kind};
        for (double u = -0.1; u < 1.1; u += 0.001) {
            double nearest = along.unit(1);
            for (int value = 2; value <= 12; ++value)
                if (std::abs(along.unit(value) - u) < std::abs(nearest - u)) nearest = along.unit(value);
            CHECK(std::abs(along.nearest(u) - u) == doctest::Approx(std::abs(nearest - u)));
        }
    }
}

TEST_CASE("the cube's numbers come to every integer, alike on a linear scale") {
    const bounded_coordinate linear{3, 10, integer}, scaled{1, 8, both};
    std::map<double, int> counts, scaled_counts;
    for (int i = 0; i < 8000; ++i) {
        const double u = (i + 0.5) / 8000;
        ++counts[linear.value(linear.from_cube(u))];
        ++scaled_counts[scaled.value(scaled.from_cube(u))];
    }
    REQUIRE(counts.size() == 8);
    for (const auto& [value, count] : counts) CHECK(std::abs(count - 1000) <= 1);
    REQUIRE(scaled_counts.size() == 8);
    for (int value = 2; value <= 8; ++value) CHECK(scaled_counts[value] < scaled_counts[value - 1]);
    CHECK(linear.from_cube(0) == 0);
    CHECK(linear.from_cube(1) == 1);
    CHECK(scaled.from_cube(0) == 0);
    CHECK(scaled.from_cube(1) == 1);
}

TEST_CASE("bounds that a coordinate cannot have are refused with both") {
    CHECK(refusal({0, 1, integer}) == "");
    CHECK(refusal({1e-300, 1e300, logarithmic}) == "");
    CHECK(refusal({2, 2, {}}) == "x has lower bound 2 and upper bound 2");
    CHECK(refusal({NAN, 2, {}}) == "x has lower bound nan and upper bound 2");
    CHECK(refusal({0, 1, logarithmic}) ==
          "x has lower bound 0 and upper bound 1, but is logarithmic: its bounds must be above 0");
    CHECK(refusal({0.5, 3, integer}) ==
          "x has lower bound 0.5 and upper bound 3, but is an integer: its bounds must be whole");
    CHECK(refusal({0, 1e10, integer}) ==
          "x has lower bound 0 and upper bound 1e+10, but is an integer: its bounds must be within 1e+09");
}
