// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/problems/bbob.hpp>

#include "bbob_values.hpp"
#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

TEST_CASE("every BBOB function has the values that COCO's program has") {
    for (const bbob_values& expected : all_bbob_values) {
        const auto made = bbob(expected.function, expected.dimension, expected.instance);
        CAPTURE(made.name);
        CHECK(made.minimum == expected.minimum);
        for (std::size_t number = 1; number <= expected.values.size(); ++number) {
            CAPTURE(number);
            const double value = made.value(bbob_point(number, expected.dimension));
            CHECK(std::abs(value - expected.values[number - 1]) <= 1e-10 * (1 + std::abs(value)));
        }
    }
}

TEST_CASE("a BBOB function has its minimum at its minimizer") {
    for (std::size_t function = 1; function <= bbob_functions; ++function)
        for (const std::size_t dimension : {2, 3, 7, 20})
            for (const std::size_t instance : {1, 3}) {
                const auto made = bbob(function, dimension, instance);
                CAPTURE(made.name);
                CHECK(made.minimizer.size() == dimension);
                CHECK(std::abs(made.value(made.minimizer) - made.minimum) < 1e-8);
            }
}

TEST_CASE("a BBOB function that does not exist is refused by name") {
    CHECK_THROWS_WITH_AS(bbob(0, 2), "bbob: function 0 is none of 1 to 24", input_error);
    CHECK_THROWS_WITH_AS(bbob(25, 2), "bbob: function 25 is none of 1 to 24", input_error);
    CHECK_THROWS_WITH_AS(bbob(1, 1), "bbob: dimension 1 is below 2", input_error);
    CHECK_THROWS_WITH_AS(bbob(1, 2, 0), "bbob: instance 0 is below 1", input_error);
}

TEST_CASE("a BBOB function says its name and budget and where it is searched") {
    const auto small = bbob(7, 5, 2), large = bbob(21, 10);
    CHECK(small.name == "bbob_f07_d5_i2");
    CHECK(small.budget == 100);
    CHECK(large.name == "bbob_f21_d10_i1");
    CHECK(large.budget == 100);
    CHECK(small.space.lower == std::vector<double>(5, -5.0));
    CHECK(small.space.upper == std::vector<double>(5, 5.0));
}
