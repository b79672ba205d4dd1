// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/problems/bbob_instance.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon::detail::bbob;

TEST_CASE("BBOB's uniform numbers are uniform and their beginning does not hang on how many there are") {
    const auto few = bbob_uniform(3, 10001), many = bbob_uniform(20000, 10001);
    CHECK(std::vector(many.begin(), many.begin() + 3) == few);
    double mean = 0, square = 0;
    for (const double u : many) {
        CHECK(u > 0);
        CHECK(u < 1);
        mean += u / 20000;
        square += u * u / 20000;
    }
    CHECK(mean == doctest::Approx(0.5).epsilon(0.01));
    CHECK(square == doctest::Approx(1.0 / 3).epsilon(0.01));
    CHECK(bbob_uniform(3, -10001) == few);
    CHECK(bbob_uniform(3, 0) == bbob_uniform(3, 1));
}

TEST_CASE("BBOB's normal numbers have mean 0 and variance 1") {
    double mean = 0, square = 0;
    for (const double z : bbob_normal(20000, 7)) {
        mean += z / 20000;
        square += z * z / 20000;
    }
    CHECK(std::abs(mean) < 0.02);
    CHECK(square == doctest::Approx(1).epsilon(0.03));
}

TEST_CASE("a BBOB rotation keeps lengths and angles") {
    const square_matrix rotation = bbob_rotation(5, 1010001);
    for (std::size_t a = 0; a < 5; ++a)
        for (std::size_t b = 0; b < 5; ++b) {
            double product = 0;
            for (std::size_t row = 0; row < 5; ++row) product += rotation(row, a) * rotation(row, b);
            CHECK(product == doctest::Approx(a == b ? 1 : 0).epsilon(1e-12));
        }
}

TEST_CASE("a matrix is multiplied row by row") {
    const square_matrix matrix{2, {1, 2, 3, 4}};
    CHECK(matrix * std::vector{5.0, 6.0} == std::vector{17.0, 39.0});
}

TEST_CASE("BBOB f4 and f18 have the instances of f3 and f17") {
    CHECK(bbob_instance{4, 2, 3}.seed() == bbob_instance{3, 2, 3}.seed());
    CHECK(bbob_instance{18, 2, 3}.minimum() == bbob_instance{17, 2, 3}.minimum());
    CHECK(bbob_instance{5, 2, 3}.seed() == 30005);
}

TEST_CASE("a BBOB minimizer has four digits and is no farther than 4 from the middle") {
    for (const double x : bbob_instance{1, 40, 1}.uniform_minimizer()) {
        CHECK(std::abs(x) <= 4);
        CHECK(std::abs(x * 1250 - std::round(x * 1250)) < 1e-9);
    }
}
