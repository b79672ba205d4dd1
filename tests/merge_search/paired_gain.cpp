// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/paired_gain.hpp>
#include <bouillon/core/error.hpp>

#include <doctest/doctest.h>

#include <random>

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

TEST_CASE("the gain over several domains is one of their weighted mean, whose interval covers as often as it says") {
    std::mt19937 random(1);
    std::normal_distribution<double> web(0.1, 1), code(-0.2, 0.3);
    const document_domains domains = {{"web", 30, 1}, {"code", 4, 2}};
    const double truth = (1 * 0.1 + 2 * -0.2) / 3;
    const std::vector<double> zeros(34);
    int covered = 0, simple = 0;
    constexpr int draws = 4000;
    for (int i = 0; i < draws; ++i) {
        std::vector<double> reference(34);
        for_each_domain(domains, std::span(reference), [&](const document_domain& domain, std::span<double> part) {
            for (double& loss : part) loss = domain.name == "web" ? web(random) : code(random);
        });
        const auto gain = gain_over(zeros, reference, domains);
        covered += gain.lower() <= truth && truth <= gain.upper();
        CHECK(gain.significant == (gain.lower() > 0 || gain.upper() < 0));
        simple += gain.degrees_of_freedom() > 3 && gain.degrees_of_freedom() < 33;
    }
    CHECK(covered > 0.94 * draws);
    CHECK(covered < 0.96 * draws);
    CHECK(simple == draws);
}

TEST_CASE("one domain of all documents is as none") {
    const std::vector<double> reference = {2.0, 3.0, 2.5, 4.0, 3.5}, losses = {1.9, 2.7, 2.45, 3.6, 3.3};
    const auto plain = gain_over(losses, reference), one = gain_over(losses, reference, {{"all", 5}});
    CHECK(one.margin() == doctest::Approx(plain.margin()).epsilon(1e-12));
    CHECK(one.p_value == doctest::Approx(0.0305108).epsilon(1e-5));
    CHECK(plain.degrees_of_freedom() == 4);
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
