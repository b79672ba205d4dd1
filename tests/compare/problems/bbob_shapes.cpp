// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/problems/bbob_shapes.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon::detail::bbob;

TEST_CASE("the shapes have the values of their formulas") {
    CHECK(sphere(std::vector{3.0, 4.0}) == 25);
    CHECK(ellipsoid(std::vector{3.0, 2.0}, 100) == doctest::Approx(9 + 400));
    CHECK(rastrigin(std::vector{1.0, -2.0}) == doctest::Approx(5));
    CHECK(rastrigin(std::vector{0.5, 0.0}) == doctest::Approx(20.25));
    CHECK(rosenbrock(std::vector{1.0, 1.0, 1.0}) == 0);
    CHECK(rosenbrock(std::vector{2.0, 1.0, 1.0}) == 901);
    CHECK(rosenbrock(std::vector{2.0, 1.0, 1.0}, 10) == 91);
}
