// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/holm.hpp>

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace bouillon;

TEST_CASE("p-values are corrected as other libraries do it") {
    // statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03, 0.005, 0.5], method="holm")[1]
    const auto corrected = holm_corrected(std::vector{0.01, 0.04, 0.03, 0.005, 0.5});
    const std::vector<double> expected = {0.04, 0.09, 0.09, 0.025, 0.5};
    REQUIRE(corrected.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK(corrected[i] == doctest::Approx(expected[i]).epsilon(1e-12));
    CHECK(holm_corrected(std::vector{0.6, 0.7}) == std::vector{1.0, 1.0});
    CHECK(holm_corrected(std::vector{0.02}) == std::vector{0.02});
    CHECK(holm_corrected({}).empty());
}

TEST_CASE("where nothing is true, one or more of several claims is made as seldom as the level says") {
    std::mt19937 random(1);
    std::uniform_real_distribution<double> uniform(0, 1);
    int claims = 0;
    constexpr int draws = 20000;
    for (int i = 0; i < draws; ++i) {
        std::vector<double> p_values(6);
        for (double& p : p_values) p = uniform(random);
        const auto corrected = holm_corrected(p_values);
        claims += std::ranges::any_of(corrected, [](double p) { return p < 0.05; });
    }
    CHECK(claims < 0.055 * draws);
    CHECK(claims > 0.04 * draws);
}
