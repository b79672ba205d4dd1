// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/uniform_sum.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>

using namespace bouillon::detail;

TEST_CASE("the sum of uniform numbers has the distribution of Irwin and Hall") {
    // From the alternating sums of the definition, with mpmath at 80 digits.
    const struct {
        std::size_t n;
        double x, density, below;
    } reference[] = {{2, .5, .5, .125},
                     {3, 1.5, .75, .5},
                     {8, 2.5, 0.09402436755952381, 0.03276183113219246},
                     {20, 4.25, 6.283075950566679e-6, 1.3781070659261028e-6},
                     {20, 17.3, 1.2867443466884718e-9, 0.99999999982609298},
                     {63, 16.5, 1.9736193773821177e-11, 5.795378167740612e-12}};
    for (const auto& expected : reference) {
        const auto found = uniform_sum(expected.n, expected.x);
        CHECK(found.density == doctest::Approx(expected.density).epsilon(1e-14));
        CHECK(found.below == doctest::Approx(expected.below).epsilon(1e-14));
    }
    CHECK(uniform_sum(1, 0.3).density == 1);
    CHECK(uniform_sum(1, 0.3).below == doctest::Approx(0.3).epsilon(1e-15));
    CHECK(uniform_sum(3, -0.1).below == 0);
    CHECK(uniform_sum(3, 3.1).below == 1);
}

TEST_CASE("one of some numbers of a given sum exceeds its quantile with the probability asked for") {
    for (const std::size_t n : {2, 3, 5, 9, 30})
        for (const double share : {0.02, 0.2, 0.5, 0.7, 0.97})
            for (const double u : {1e-6, 0.1, 0.5, 0.8, 0.999}) {
                CAPTURE(n);
                CAPTURE(share);
                CAPTURE(u);
                const double sum = share * static_cast<double>(n), t = uniform_given_sum(n, sum, u);
                // the distribution function of the others' sum, taken from the tail where it is small
                const auto others = [&](double x) {
                    const auto size = static_cast<double>(n - 1);
                    return share <= 0.5 ? uniform_sum(n - 1, x).below : -uniform_sum(n - 1, size - x).below;
                };
                const double exceeded = (others(sum - t) - others(sum - 1)) / (others(sum) - others(sum - 1));
                CHECK(exceeded == doctest::Approx(u).epsilon(1e-9));
            }
}

TEST_CASE("numbers that sum to one break a stick") {
    for (const double u : {1e-9, 0.1, 0.5, 0.9, 1 - 1e-6})
        CHECK(uniform_given_sum(5, 1, u) == doctest::Approx(1 - std::pow(u, 0.25)).epsilon(1e-9));
}

TEST_CASE("a sum that only one choice of numbers has leaves no choice") {
    CHECK(uniform_given_sum(4, 0, 0.3) == 0);
    CHECK(uniform_given_sum(4, 4, 0.3) == 1);
    CHECK(uniform_given_sum(1, 0.4, 0.3) == 0.4);
    CHECK(uniform_given_sum(3, 0.5, 0) == doctest::Approx(0.5));
    CHECK(uniform_given_sum(3, 0.5, 1) < 1e-6);
}
