// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/problems/bbob_weakly_structured.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace bouillon::detail::bbob;

TEST_CASE("Gallagher's peaks are as many as asked for and the first is the highest") {
    const bbob_instance of{22, 3, 1};
    const auto peaks = gallagher_peaks(of, 21, 1000, 9.8, of.second_rotation());
    CHECK(peaks.size() == 21);
    CHECK(peaks[0].height == 10);
    CHECK(peaks[1].height == doctest::Approx(1.1));
    CHECK(peaks[20].height == doctest::Approx(9.1));
}

TEST_CASE("the weakly structured BBOB functions are 0 at their minimizer and penalised far outside") {
    for (const auto& made : {schwefel_function({20, 4, 1}), gallagher_function({21, 4, 1}, 101, 31, 10),
                             katsuura_function({23, 4, 1}), lunacek_function({24, 4, 1})}) {
        CHECK(made.excess(made.minimizer) == doctest::Approx(0).epsilon(1e-6));
        CHECK(made.excess(std::vector<double>(4, 50.0)) > 1000);
    }
}

TEST_CASE("places are told from the smallest number to the largest") {
    CHECK(places_by_size(std::vector{0.3, 0.1, 0.2}) == std::vector<std::size_t>{1, 2, 0});
}
