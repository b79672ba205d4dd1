// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/problems/simplex_functions.hpp>

#include <bouillon/core/random.hpp>
#include <bouillon/space/spread.hpp>
#include <doctest/doctest.h>

#include <numeric>

using namespace bouillon;

TEST_CASE("the functions over simplexes have their minimum where they say and nothing lower elsewhere") {
    const auto all = simplex_functions();
    CHECK(all.size() == 9);
    for (const auto& given : all) {
        CAPTURE(given.name);
        CHECK(std::accumulate(given.minimizer.begin(), given.minimizer.end(), 0.0) == doctest::Approx(1));
        CHECK(given.value(given.minimizer) == doctest::Approx(0));
        random_engine engine = make_engine(1);
        visit_space(given.space, [&](const auto& space) {
            for (int i = 0; i < 1000; ++i) CHECK(given.value(space.point(uniform_sample(space, engine))) >= 0);
        });
    }
}
