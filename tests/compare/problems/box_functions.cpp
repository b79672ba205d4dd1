// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/problems/box_functions.hpp>

#include <bouillon/core/random.hpp>
#include <bouillon/space/spread.hpp>
#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

TEST_CASE("the functions over boxes have their minimum at their minimizer and nothing lower elsewhere") {
    for (const auto& given : box_functions()) {
        CAPTURE(given.name);
        CHECK_NOTHROW(check(given));
        CHECK(given.budget > 0);
        CHECK(given.minimizer.size() == dimension(given));
        CHECK(std::abs(given.value(given.minimizer) - given.minimum) <= 1e-6 * (1 + std::abs(given.minimum)));
        random_engine engine = make_engine(1);
        visit_space(given.space, [&](const auto& space) {
            for (int i = 0; i < 1000; ++i)
                CHECK(given.value(space.point(uniform_sample(space, engine))) >= given.minimum);
        });
    }
}

TEST_CASE("one of the functions over boxes has noise of its own") {
    int noisy = 0;
    for (const auto& given : box_functions()) noisy += given.noise > 0;
    CHECK(noisy == 1);
}
