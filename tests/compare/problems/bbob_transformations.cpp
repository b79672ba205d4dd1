// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/problems/bbob_transformations.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon::detail::bbob;

TEST_CASE("the oscillation keeps signs and zero and stays near") {
    CHECK(oscillate(0) == 0);
    CHECK(oscillate(1) == doctest::Approx(1));
    CHECK(oscillate(-1) == doctest::Approx(-1));
    for (const double x : {1e-8, 0.3, 2.0, 1e5}) {
        const double l = std::log(x);
        CHECK(std::log(oscillate(x)) == doctest::Approx(l + 0.049 * (std::sin(10 * l) + std::sin(7.9 * l))));
        CHECK(std::log(-oscillate(-x)) == doctest::Approx(l + 0.049 * (std::sin(5.5 * l) + std::sin(3.1 * l))));
    }
}

TEST_CASE("the asymmetry leaves the first coordinate and those below zero") {
    const auto bent = make_asymmetric({4, -4, 4}, 0.5);
    CHECK(bent[0] == 4);
    CHECK(bent[1] == -4);
    CHECK(bent[2] == doctest::Approx(16));  // 4 to the power of 1 + 0.5 * 2
}

TEST_CASE("a stretch goes from 1 to the square root of its condition") {
    const auto stretched = stretch({1, 1, 1}, 100);
    CHECK(stretched[0] == doctest::Approx(1));
    CHECK(stretched[1] == doctest::Approx(std::sqrt(10)));
    CHECK(stretched[2] == doctest::Approx(10));
}

TEST_CASE("halves are rounded up") {
    CHECK(round_up_halves(2.5) == 3);
    CHECK(round_up_halves(-2.5) == -2);
    CHECK(round_up_halves(2.4) == 2);
}

TEST_CASE("the boundary penalty is the squared distance to the box") {
    CHECK(boundary_penalty(std::vector{5.0, -5.0, 0.0}) == 0);
    CHECK(boundary_penalty(std::vector{6.0, -7.0, 0.0}) == 5);
    CHECK(boundary_penalty(std::vector{6.0, -7.0}, 6) == 1);
    CHECK(difference(std::vector{3.0, 1.0}, std::vector{1.0, 3.0}) == std::vector{2.0, -2.0});
}
