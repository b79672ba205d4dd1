// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/paired_gain.hpp>
#include <bouillon/core/error.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("the gain is a paired t-test over documents") {
    // scipy.stats.ttest_rel(reference, losses): t = 3.2796489996607274, p = 0.0305108
    const std::vector<double> reference = {2.0, 3.0, 2.5, 4.0, 3.5};
    const std::vector<double> losses = {1.9, 2.7, 2.45, 3.6, 3.3};
    const auto gain = gain_over(losses, reference);
    CHECK(gain.gain == doctest::Approx(0.21).epsilon(1e-12));
    CHECK(gain.standard_error == doctest::Approx(0.21 / 3.2796489996607274).epsilon(1e-9));
    CHECK(gain.significant);
    CHECK(gain.margin(5) == doctest::Approx(2.7764451051977934 * gain.standard_error).epsilon(1e-9));
}

TEST_CASE("a gain within its noise is not significant, and neither is none at all") {
    const std::vector<double> reference = {2.0, 3.0, 2.5, 4.0};
    CHECK_FALSE(gain_over(std::vector<double>{1.5, 3.4, 2.1, 4.3}, reference).significant);
    const auto none = gain_over(reference, reference);
    CHECK(none.gain == 0);
    CHECK(none.testable());
    CHECK_FALSE(none.significant);
}

TEST_CASE("losses of different documents cannot be paired") {
    CHECK_THROWS_AS(gain_over(std::vector<double>{1, 2}, std::vector<double>{1}), input_error);
}
