// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/gp_hedge.hpp>

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/maximize.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/space/box.hpp>

#include "belief.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

using namespace bouillon;

namespace {

using hedge = gp_hedge<expected_improvement, upper_confidence_bound>;

/// One more round of choosing on the unit square.
template <class Hedge>
std::vector<double> choose_once(Hedge& portfolio, std::uint64_t round, const closed_form_belief& surrogate = {}) {
    const box space{{0, 0}, {1, 1}};
    random_engine engine = make_engine(1, round);
    return portfolio.choose(surrogate, {.best = 1, .trial = round, .dimension = 2}, engine, [&](const auto& prepared) {
        random_engine starts = make_engine(2, round);
        return maximize(prepared, space, starts).unit_point;
    });
}

}  // namespace

static_assert(acquisition_portfolio<hedge, closed_form_belief>);
static_assert(!acquisition_formula<hedge> && !acquisition_function<hedge, closed_form_belief>);

TEST_CASE("hedge probabilities sum to one, follow a permutation of the arms and prefer the larger gain") {
    for (const auto& policy : {hedge_policy{}, paper_hedge_policy}) {
        const auto p = hedge_probabilities(std::array<double, 3>{0.1, -2.0, 0.7}, policy);
        const auto q = hedge_probabilities(std::array<double, 3>{0.7, 0.1, -2.0}, policy);
        CHECK(p[0] + p[1] + p[2] == doctest::Approx(1).epsilon(1e-15));
        CHECK(std::is_permutation(p.begin(), p.end(), q.begin()));
        CHECK(q[0] == p[2]);
        CHECK(p[2] > p[0]);
        CHECK(p[0] > p[1]);
    }
}

TEST_CASE("equal gains give equal probabilities and huge ones stay finite") {
    CHECK(hedge_probabilities(std::array<double, 2>{3, 3}, {})[0] == 0.5);
    const auto p = hedge_probabilities(std::array<double, 2>{1e300, -1e300}, paper_hedge_policy);
    CHECK(p[0] == 1);
    CHECK(p[1] == 0);
}

TEST_CASE("the normalised policy does not see the scale of the gains, the paper's does") {
    const std::array<double, 3> gains = {0.01, 0.02, 0.04};
    std::array<double, 3> scaled = gains;
    for (double& gain : scaled) gain *= 1024;
    CHECK(hedge_probabilities(gains, {}) == hedge_probabilities(scaled, {}));
    CHECK(hedge_probabilities(gains, paper_hedge_policy) != hedge_probabilities(scaled, paper_hedge_policy));
    CHECK(hedge_probabilities(gains, paper_hedge_policy)[2] / hedge_probabilities(gains, paper_hedge_policy)[0] ==
          doctest::Approx(std::exp(0.03)));
}

TEST_CASE("the paper's policy adds each round's posterior means at all nominees, in the scores' own unit") {
    hedge portfolio(paper_hedge_policy);
    const closed_form_belief surrogate;
    CHECK(portfolio.gains() == std::array<double, 2>{0, 0});
    std::array<double, 2> expected = {0, 0};
    const box space{{0, 0}, {1, 1}};
    for (std::uint64_t round = 0; round < 4; ++round) {
        choose_once(portfolio, round);
        CHECK(portfolio.gains()[0] == doctest::Approx(expected[0]));
        CHECK(portfolio.gains()[1] == doctest::Approx(expected[1]));
        const search_state state{.best = 1, .trial = round, .dimension = 2};
        random_engine engine = make_engine(1, round);
        const auto reward = [&](const auto& arm) {
            random_engine starts = make_engine(2, round);
            const auto nominee = maximize(prepare(arm, surrogate, state, engine), space, starts).unit_point;
            std::vector<double> mean(1), deviation(1);
            surrogate.predict(nominee, mean, deviation);
            return surrogate.standardisation().score(mean[0]);
        };
        expected[0] += reward(expected_improvement{});
        expected[1] += reward(upper_confidence_bound{});
    }
}

TEST_CASE("the normalised policy discounts old rounds") {
    hedge portfolio;
    for (std::uint64_t round = 0; round < 30; ++round) choose_once(portfolio, round);
    const double largest_mean = 2;  // sin + sin
    for (const double gain : portfolio.gains()) CHECK(std::abs(gain) <= largest_mean / (1 - hedge_policy{}.discount));
}

TEST_CASE("every arm's nominee is chosen at some time, and an arm alone always") {
    const upper_confidence_bound mean_alone{.beta = 0}, doubt_mostly{.beta = 20};
    gp_hedge<upper_confidence_bound, upper_confidence_bound> portfolio({.eta = 1}, mean_alone, doubt_mostly);
    gp_hedge<upper_confidence_bound> exploit({}, mean_alone), explore({}, doubt_mostly);
    int exploited = 0, explored = 0;
    for (std::uint64_t round = 0; round < 40; ++round) {
        const auto chosen = choose_once(portfolio, round);
        const bool first = chosen == choose_once(exploit, round);
        const bool second = chosen == choose_once(explore, round);
        CHECK(first != second);
        (first ? exploited : explored)++;
    }
    CHECK(exploited > explored);  // the mean is what is rewarded
    CHECK(explored > 0);
}

TEST_CASE("policies that make no probabilities are refused and so are the arms' numbers") {
    using hedge = gp_hedge<expected_improvement, upper_confidence_bound>;
    CHECK_NOTHROW(hedge(hedge_policy{.eta = 0, .discount = 0}));
    CHECK_THROWS_WITH_AS(hedge({.eta = -1}), "hedge_policy.eta is -1, but it must be 0 or more and finite",
                         input_error);
    CHECK_THROWS_AS(hedge({.eta = INFINITY}), input_error);
    CHECK_THROWS_WITH_AS(hedge({.discount = 1.5}), "hedge_policy.discount is 1.5, but it must be from 0 to 1",
                         input_error);
    CHECK_THROWS_AS(hedge({.discount = NAN}), input_error);
    CHECK_THROWS_AS(hedge({}, expected_improvement{}, upper_confidence_bound{NAN}), input_error);
}
