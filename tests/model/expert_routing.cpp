// SPDX-License-Identifier: Apache-2.0
#include <bouillon/model/expert_routing.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

using namespace bouillon;

namespace {

/// Factors of one token's experts, 0 of those that were not chosen.
std::vector<double> factors(const expert_settings& settings, const std::vector<float>& logits,
                            const std::vector<float>& correction = {}) {
    const auto routing = route_to_experts(settings, logits, correction);
    std::vector<double> all(settings.count, 0.0);
    for (std::size_t i = 0; i < settings.count; ++i)
        for (std::size_t place = routing.offsets[i]; place < routing.offsets[i + 1]; ++place)
            all[i] = static_cast<double>(routing.factors[place]);
    return all;
}

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

}  // namespace

TEST_CASE("a softmax is over all experts, of which the largest are taken") {
    const std::vector<float> logits = {1, 3, 2, 0};
    const double all = std::exp(1.0) + std::exp(3.0) + std::exp(2.0) + 1;
    const auto plain = factors({.count = 4, .chosen = 2}, logits);
    CHECK(plain[0] == 0);
    CHECK(plain[1] == doctest::Approx(std::exp(3.0) / all));
    CHECK(plain[2] == doctest::Approx(std::exp(2.0) / all));
    CHECK(plain[3] == 0);
}

TEST_CASE("renormalised factors sum to their factor, and are those of a softmax over the chosen alone") {
    const std::vector<float> logits = {1, 3, 2, 0};
    const auto renormalised = factors({.count = 4, .chosen = 2, .renormalised = true, .factor = 2.5}, logits);
    CHECK(sum(renormalised) == doctest::Approx(2.5));
    const auto chosen =
        factors({.count = 4, .chosen = 2, .score = expert_settings::scores::chosen_softmax, .factor = 2.5}, logits);
    for (std::size_t i = 0; i < 4; ++i) CHECK(chosen[i] == doctest::Approx(renormalised[i]));
}

TEST_CASE("a correction decides who is chosen, and is no part of the factors") {
    const expert_settings settings{.count = 3, .chosen = 1, .score = expert_settings::scores::sigmoid};
    const auto corrected = factors(settings, {2, 1, 0}, {0, 0, 9});
    CHECK(corrected[0] == 0);
    CHECK(corrected[2] == doctest::Approx(0.5));
}

TEST_CASE("experts are chosen out of the best groups, by their best or by their two best") {
    expert_settings settings{.count = 6, .chosen = 2, .groups = 3, .chosen_groups = 1};
    const std::vector<float> logits = {9, 0, 8, 7, 1, 1};
    const auto by_best = factors(settings, logits);
    CHECK(by_best[0] > 0);
    CHECK(by_best[1] > 0);
    CHECK(by_best[2] == 0);
    settings.group_by = expert_settings::group_score::two_largest;
    settings.score = expert_settings::scores::sigmoid;
    const auto by_two = factors(settings, {9, -9, 3, 3, 1, 1});
    CHECK(by_two[0] == 0);
    CHECK(by_two[2] > 0);
    CHECK(by_two[3] > 0);
}

TEST_CASE("every token is with as many experts as are chosen, in the order of the tokens") {
    const expert_settings settings{.count = 3, .chosen = 2};
    const auto routing = route_to_experts(settings, std::vector<float>{3, 2, 1, 1, 2, 3, 3, 1, 2}, {});
    CHECK(routing.offsets == std::vector<std::size_t>{0, 2, 4, 6});
    CHECK(routing.rows == std::vector<std::int32_t>{0, 2, 0, 1, 1, 2});
    CHECK(routing.factors.size() == 6);
}
