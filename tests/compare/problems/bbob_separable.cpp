// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/problems/bbob_separable.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon::detail::bbob;

TEST_CASE("the separable BBOB functions change by a coordinate whatever the others are") {
    using made_by = bbob_function (*)(const bbob_instance&);
    for (const made_by make : {sphere_function, separable_ellipsoid_function, separable_rastrigin_function,
                               bueche_rastrigin_function, linear_slope_function}) {
        const auto made = make({1, 3, 1});
        const auto step_of_first = [&](double second, double third) {
            return made.excess(std::vector{2.0, second, third}) - made.excess(std::vector{-1.0, second, third});
        };
        CHECK(step_of_first(0, 0) == doctest::Approx(step_of_first(3, -4)));
        CHECK(made.excess(made.minimizer) == doctest::Approx(0));
    }
}

TEST_CASE("the slope of BBOB f5 ends where its minimum is") {
    const auto made = linear_slope_function({5, 2, 1});
    std::vector<double> beyond = made.minimizer;
    for (double& x : beyond) x *= 1.5;
    CHECK(made.excess(beyond) == 0);
}
