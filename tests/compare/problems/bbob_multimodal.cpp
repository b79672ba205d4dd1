// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/problems/bbob_multimodal.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon::detail::bbob;

TEST_CASE("the multimodal BBOB functions have local minima on a line through their minimum") {
    const auto count = [](const bbob_function& made) {
        const auto value = [&](double t) {
            return made.excess(std::vector{made.minimizer[0] + t, made.minimizer[1] + 0.3 * t});
        };
        int minima = 0;
        for (double t = -1; t < 1; t += 1e-3) minima += value(t) < value(t - 1e-3) && value(t) < value(t + 1e-3);
        return minima;
    };
    CHECK(count(rastrigin_function({15, 2, 1})) > 1);
    CHECK(count(weierstrass_function({16, 2, 1})) > 5);
    CHECK(count(schaffers_function({17, 2, 1}, 10)) > 2);
    CHECK(count(schaffers_function({18, 2, 1}, 1000)) > 2);
    CHECK(count(griewank_rosenbrock_function({19, 2, 1})) > 2);
}
