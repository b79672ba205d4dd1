// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/domain_gains.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace bouillon;

TEST_CASE("each domain's gain is that of its own documents") {
    const std::vector<double> reference = {2.0, 3.0, 2.5, 1.0, 1.0}, losses = {1.9, 2.7, 2.45, 1.2, 1.1};
    const document_domains domains = {{"web", 3, 1}, {"code", 2, 0}};
    const auto gains = domain_gains(losses, reference, domains);
    REQUIRE(gains.size() == 2);
    CHECK(gains[0].name == "web");
    CHECK(gains[0].gain.gain == gain_over(std::vector{1.9, 2.7, 2.45}, std::vector{2.0, 3.0, 2.5}).gain);
    CHECK(gains[1].gain.gain == doctest::Approx(-0.15));
    CHECK(gains[1].gain.documents == 2);
    CHECK(domain_gains(losses, reference, {}).empty());
    CHECK_THROWS_AS(domain_gains(losses, std::vector{1.0}, domains), input_error);
}

TEST_CASE("p-values are corrected for the number of domains, of which those of one document are none") {
    const std::vector<double> reference = {2.0, 3.0, 2.5, 4.0, 3.5}, losses = {1.9, 2.7, 2.45, 3.6, 3.3};
    std::vector<double> twice = reference, twice_losses = losses;
    twice.insert(twice.end(), reference.begin(), reference.end());
    twice_losses.insert(twice_losses.end(), losses.begin(), losses.end());
    const auto alone = domain_gains(losses, reference, {{"web", 5}});
    CHECK(alone[0].gain.significant);  // p = 0.0305
    twice.push_back(1);
    twice_losses.push_back(0);
    const auto gains = domain_gains(twice_losses, twice, {{"web", 5}, {"code", 5}, {"one", 1}});
    for (std::size_t i : {0u, 1u}) {
        CHECK(gains[i].gain.p_value == doctest::Approx(2 * alone[0].gain.p_value));
        CHECK_FALSE(gains[i].gain.significant);
        CHECK(gains[i].gain.lower() == alone[0].gain.lower());
    }
    CHECK_FALSE(gains[2].gain.testable());
    CHECK_FALSE(gains[2].gain.significant);
}

TEST_CASE("where no domain gains, one or more is said to as seldom as the level says") {
    std::mt19937 random(1);
    std::normal_distribution<double> noise(0, 1);
    const document_domains domains = {{"web", 10}, {"code", 6}, {"mathematics", 20}};
    const std::vector<double> zeros(36);
    int claims = 0;
    constexpr int draws = 4000;
    for (int i = 0; i < draws; ++i) {
        std::vector<double> losses(36);
        for (double& loss : losses) loss = noise(random);
        const auto gains = domain_gains(losses, zeros, domains);
        claims += std::ranges::any_of(gains, [](const auto& one) { return one.gain.significant; });
    }
    CHECK(claims < 0.06 * draws);
    CHECK(claims > 0.035 * draws);
}
