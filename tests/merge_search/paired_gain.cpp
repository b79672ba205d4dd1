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
    CHECK(gain.margin() == doctest::Approx(2.7764451051977934 * gain.standard_error).epsilon(1e-9));
    CHECK(gain.lower() == gain.gain - gain.margin());
    CHECK(gain.upper() == gain.gain + gain.margin());
}

TEST_CASE("a gain within its noise is not significant, and neither is none at all") {
    const std::vector<double> reference = {2.0, 3.0, 2.5, 4.0};
    CHECK_FALSE(gain_over(std::vector<double>{1.5, 3.4, 2.1, 4.3}, reference).significant);
    const auto none = gain_over(reference, reference);
    CHECK(none.gain == 0);
    CHECK(none.testable());
    CHECK_FALSE(none.significant);
}

TEST_CASE("a stricter level widens the interval and finds less significant") {
    const std::vector<double> reference = {2.0, 3.0, 2.5, 4.0, 3.5};
    const std::vector<double> losses = {1.9, 2.7, 2.45, 3.6, 3.3};
    const auto gain = gain_over(losses, reference, 0.01);
    CHECK_FALSE(gain.significant);
    CHECK(gain.lower() < 0);
    // scipy.stats.t.ppf(0.995, 4) = 4.604094871349993
    CHECK(gain.margin() == doctest::Approx(4.604094871349993 * gain.standard_error).epsilon(1e-9));
}

TEST_CASE("an interval leaves out 0 exactly where the gain is significant") {
    const std::vector<double> reference = {2.0, 3.0, 2.5, 4.0, 3.5};
    const std::vector<double> losses = {1.9, 2.7, 2.45, 3.6, 3.3};
    for (double level = 0.001; level < 0.2; level *= 1.1) {
        const auto gain = gain_over(losses, reference, level);
        CHECK(gain.significant == (gain.lower() > 0));
    }
}

TEST_CASE("one number has no interval") {
    const auto gain = gain_over(std::vector{1.9}, std::vector{2.0});
    CHECK(gain.gain == doctest::Approx(0.1));
    CHECK_FALSE(gain.testable());
    CHECK(std::isnan(gain.margin()));
}

TEST_CASE("two gains differ as Welch's test says") {
    // scipy.stats.ttest_ind([.1, .3, .05, .4, .2], [.5, .6, .35, .45], equal_var=False): p = 0.014902517640134968
    const std::vector<double> none(5, 0.0), none_other(4, 0.0);
    const auto one = gain_over(std::vector{-0.1, -0.3, -0.05, -0.4, -0.2}, none);
    const auto other = gain_over(std::vector{-0.5, -0.6, -0.35, -0.45}, none_other);
    CHECK(differ(one, other, 0.01491));
    CHECK(differ(other, one, 0.01491));
    CHECK_FALSE(differ(one, other, 0.01489));
    CHECK_FALSE(differ(one, one, 0.5));
    CHECK_FALSE(differ(one, gain_over(std::vector{1.0}, std::vector{2.0}), 0.5));
}

TEST_CASE("losses of different documents cannot be paired") {
    CHECK_THROWS_AS(gain_over(std::vector<double>{1, 2}, std::vector<double>{1}), input_error);
}
