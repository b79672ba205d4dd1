// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/problems/bbob_ill_conditioned.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon::detail::bbob;

TEST_CASE("the ill-conditioned BBOB functions rise all around their minimum and by very different amounts") {
    using made_by = bbob_function (*)(const bbob_instance&);
    for (const made_by make : {ellipsoid_function, discus_function, bent_cigar_function, sharp_ridge_function}) {
        const auto made = make({10, 2, 1});
        CHECK(made.excess(made.minimizer) == 0);
        double smallest = INFINITY, largest = 0;
        for (int angle = 0; angle < 360; ++angle) {
            const double radians = angle * 0.017453292519943295;
            const double value =
                made.excess(std::vector{made.minimizer[0] + std::cos(radians), made.minimizer[1] + std::sin(radians)});
            smallest = std::min(smallest, value);
            largest = std::max(largest, value);
        }
        CHECK(smallest > 0);
        CHECK(largest > 20 * smallest);
    }
}

TEST_CASE("BBOB f14 has other powers in each direction") {
    const auto made = different_powers_function({14, 3, 1});
    const auto turned = bbob_instance{14, 3, 1}.first_rotation();
    for (std::size_t axis = 0; axis < 3; ++axis) {
        std::vector<double> point = made.minimizer;
        for (std::size_t i = 0; i < 3; ++i) point[i] += 0.5 * turned(axis, i);
        CHECK(made.excess(point) == doctest::Approx(std::pow(0.5, 1.0 + static_cast<double>(axis))));
    }
}
