// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/variants.hpp>

#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/kernel/matern32.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

using namespace bouillon;

namespace {

struct nameless_bound {
    template <class Real>
    Real operator()(Real mean, Real deviation, const search_state&) const {
        return mean + deviation;
    }
};

using names = std::vector<std::string>;

/// Halves the step around the best point, coordinate by coordinate.
struct pattern_search {
    std::string name() const { return "pattern"; }

    template <search_space Space>
    std::vector<double> run(const Space& space, const trial_plan& plan, measured_objective& measure) const {
        std::vector<double> best = plan.design[0];
        double lowest = measure(space.point(best)), step = 0.25;
        for (std::size_t trial = 1; trial < plan.budget; ++trial) {
            std::vector<double> next = best;
            next[trial % next.size()] += trial / next.size() % 2 == 0 ? step : -step;
            space.project(next);
            const double loss = measure(space.point(next));
            if (loss < lowest) best = next;
            lowest = std::min(lowest, loss);
            if (trial % (2 * next.size()) == 0) step /= 2;
        }
        return space.point(best);
    }
};
static_assert(comparable_variant<pattern_search, box>);

}  // namespace

static_assert(comparable_variant<search_variant<>, interval>);
static_assert(comparable_variant<random_search, box>);
static_assert(!comparable_variant<int, box>);

TEST_CASE("a variant is known by its label or by its parts") {
    CHECK(search_variant<log_expected_improvement, matern32>{}.name() == "log_expected_improvement, matern32");
    CHECK(search_variant<nameless_bound, matern32>{"mine"}.name() == "mine");
    CHECK(variants<random_search, search_variant<>>{}.names() ==
          names{"random", "improvement_or_knowledge, trended(matern52)"});
}

TEST_CASE("all pairs are every acquisition with every kernel") {
    const auto pairs = all_pairs(std::tuple{matern32{}, matern52{}},
                                 std::tuple{log_expected_improvement{}, upper_confidence_bound{}}, {.budget = 7});
    CHECK(pairs.names() == names{"log_expected_improvement, matern32", "upper_confidence_bound, matern32",
                                 "log_expected_improvement, matern52", "upper_confidence_bound, matern52"});
    CHECK(std::get<3>(pairs.each).options.budget == 7);
    const auto more = pairs + variants{random_search{}};
    CHECK(more.names().size() == 5);
    CHECK(more.names().back() == "random");
}

TEST_CASE("a search variant and random search begin with the plan's points and spend its budget") {
    const objective<interval> given{
        .name = "bowl", .space = {0, 1}, .value = [](auto x) { return (x[0] - 0.3) * (x[0] - 0.3); }};
    const trial_plan plan = make_plan(given, 8, 2);
    const auto losses = [&](const auto& variant) {
        measured_objective measure(given.value, plan, {});
        const auto answer = variant.run(given.space, plan, measure);
        return measure.finish(answer).losses;
    };
    const auto searched = losses(search_variant<>{}), drawn = losses(random_search{});
    CHECK(searched.size() == 8);
    CHECK(drawn.size() == 8);
    for (std::size_t i = 0; i < plan.design.size(); ++i) {
        const double expected = given.value(given.space.point(plan.design[i]));
        CHECK(searched[i] == expected);
        CHECK(drawn[i] == expected);
    }
    CHECK(searched.back() != drawn.back());
}

TEST_CASE("a search of one's own is a variant") {
    const objective<box> given{.name = "bowl", .space = {{-1, -1}, {1, 1}}, .value = [](auto x) {
                                   return (x[0] - 0.3) * (x[0] - 0.3) + (x[1] + 0.2) * (x[1] + 0.2);
                               }};
    const trial_plan plan = make_plan(given, 60, 2);
    measured_objective measure(given.value, plan, {});
    const auto answer = pattern_search{}.run(given.space, plan, measure);
    CHECK(measure.finish(answer).recommended < 0.01);
}
