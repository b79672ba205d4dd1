// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/guarded.hpp>

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/improvement_or_knowledge.hpp>
#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/log_knowledge_gradient.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/acquisition/per_cost.hpp>
#include <bouillon/acquisition/probability_of_improvement.hpp>
#include <bouillon/acquisition/thompson_sampling.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/box.hpp>

#include "prepared_test.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

using namespace bouillon;

namespace {

using surrogate = gaussian_process<>;
using hedge = gp_hedge<expected_improvement, upper_confidence_bound>;

/// A cost that is the same everywhere.
struct even_cost {
    double operator()(std::span<const double>) const { return 2; }
};

/// A portfolio that has forgotten what kind it holds, as a program's choice by name.
struct erased {
    template <class Surrogate, class Maximize>
    std::vector<double> choose(const Surrogate& model, const search_state& state, random_engine& engine,
                               const Maximize& maximize) {
        const auto path = thompson_sampling{}.prepare(model, state, engine);
        return maximize(detail::borrowed_acquisition<sample_path<Surrogate>>{&path});
    }
};

static_assert(guarded_acquisition<guarded<log_expected_improvement>, surrogate>);
static_assert(guarded_acquisition<guarded<log_noisy_expected_improvement>, surrogate>);
static_assert(guarded_acquisition<guarded<hedge>, surrogate> && guarded_acquisition<guarded<erased>, surrogate>);
static_assert(!guarded_acquisition<log_noisy_expected_improvement, surrogate>);
static_assert(!guarded_acquisition<hedge, surrogate>);
static_assert(acquisition<guarded<log_expected_improvement>, surrogate> && acquisition<guarded<hedge>, surrogate>);
static_assert(acquisition<guarded<per_cost<expected_improvement, even_cost>>, surrogate>);
static_assert(pending_acquisition_function<guarded<log_noisy_expected_improvement>, surrogate>);
static_assert(!pending_acquisition_function<guarded<log_expected_improvement>, surrogate>);
static_assert(acquisition_portfolio<guarded<hedge>, surrogate> && acquisition_portfolio<guarded<erased>, surrogate>);
static_assert(logarithmic_acquisition<guarded<log_expected_improvement>>);
static_assert(nonnegative_acquisition<expected_improvement> && nonnegative_acquisition<probability_of_improvement>);
static_assert(!nonnegative_acquisition<log_expected_improvement> && !nonnegative_acquisition<upper_confidence_bound>);

/// Two guards over other scores than the search's.
struct two_guards {
    surrogate code = detail::surrogate_of({.count = 12, .noise = 0.1, .seed = 5}, 2);
    surrogate law = detail::surrogate_of({.count = 9, .seed = 6}, 2);
    std::vector<guard_belief<surrogate>> beliefs = {{&code, 0.2}, {&law, -0.4}};

    std::span<const guard_belief<surrogate>> all() const { return beliefs; }
};

search_state state_with_points(const surrogate& model) {
    auto state = state_of(model, points_in_cube(30, 2, 4));
    const auto& tried = model.data().points;
    state.eligible.assign(tried.begin(), tried.begin() + 8);
    return state;
}

template <class Acquisition>
auto prepared_with(const Acquisition& inner, const surrogate& model, const two_guards& guards,
                   std::span<const double> pending = {}) {
    auto engine = make_engine(1);
    return guarded{inner}.prepare(model, state_with_points(model), guards.all(), pending, engine);
}

double log_probability(const guard_belief<surrogate>& guard, std::span<const double> point) {
    const auto there = guard.surrogate->predict(point);
    return log_normal_cdf((there.mean - guard.least_score) / std::sqrt(there.variance));
}

/// What a search of a noisy bowl tries, two trials at a time.
template <class Acquisition>
std::vector<double> points_tried(Acquisition acquisition) {
    bayesian_search<box, Acquisition> search(box{{0, 0}, {1, 1}}, {.budget = 12, .climbs = {.elsewhere = false}},
                                             std::move(acquisition));
    auto engine = make_engine(9);
    std::vector<double> tried;  // (12, 2)
    const auto end = [&](const trial& one) {
        tried.insert(tried.end(), one.unit_point.begin(), one.unit_point.end());
        const double x = one.point[0] - 0.3, y = one.point[1] - 0.6;
        search.observe(one, x * x + 2 * y * y + 0.01 * normal(engine), 1e-4);
    };
    while (!search.done()) {
        const auto first = search.suggest(), second = search.suggest();
        end(second);
        end(first);
    }
    const auto answer = search.recommendation();
    CHECK(answer.keeps_guards);
    CHECK(answer.guard_losses.empty());
    tried.insert(tried.end(), answer.point.begin(), answer.point.end());
    return tried;
}

}  // namespace

TEST_CASE("the value is the acquisition's plus the logarithms of the probabilities that guards are kept") {
    const auto model = surrogate_of(15, 2, 0.2);
    const two_guards guards;
    const auto plain_engine = make_engine(1);
    const auto compare = [&](const auto& inner, auto transform) {
        auto engine = plain_engine;
        const auto state = state_with_points(model);
        const auto plain = prepare(inner, model, state, engine);
        const auto all = prepared_with(inner, model, guards);
        for (const auto& x : {std::vector{0.2, 0.3}, std::vector{0.9, 0.1}, std::vector{0.5, 0.5}})
            CHECK(value_at(all, x) ==
                  doctest::Approx(transform(value_at(plain, x)) + log_probability(guards.beliefs[0], x) +
                                  log_probability(guards.beliefs[1], x)));
    };
    const auto as_it_is = [](double value) { return value; };
    const auto logarithm = [](double value) { return std::log(value); };
    compare(log_expected_improvement{}, as_it_is);
    compare(log_noisy_expected_improvement{}, as_it_is);
    compare(upper_confidence_bound{}, as_it_is);
    compare(thompson_sampling{}, as_it_is);
    compare(expected_improvement{}, logarithm);
    compare(per_cost{expected_improvement{}, even_cost{}}, logarithm);
}

TEST_CASE("gradients are the values', of every form") {
    const auto model = surrogate_of(15, 2, 0.2);
    const two_guards guards;
    check_prepared(prepared_with(log_expected_improvement{}, model, guards), 2);
    check_prepared(prepared_with(expected_improvement{}, model, guards), 2);
    check_prepared(prepared_with(upper_confidence_bound{}, model, guards), 2);
    check_prepared(prepared_with(log_noisy_expected_improvement{}, model, guards), 2);
    check_prepared(prepared_with(log_noisy_expected_improvement{}, model, guards, std::vector{0.4, 0.4}), 2);
    check_prepared(prepared_with(log_knowledge_gradient{}, model, guards), 2);
    check_prepared(prepared_with(improvement_or_knowledge{}, model, guards), 2);
    check_prepared(prepared_with(thompson_sampling{}, model, guards), 2);
}

TEST_CASE("as long as no point keeps the guards the probability alone counts") {
    const auto model = surrogate_of(15, 2, 0.2);
    const two_guards guards;
    auto engine = make_engine(1);
    auto state = state_of(model);
    const auto alone = guarded{log_noisy_expected_improvement{}}.prepare(model, state, guards.all(), {}, engine);
    check_prepared(alone, 2);
    const std::vector<double> x = {0.3, 0.7};
    CHECK(value_at(alone, x) ==
          doctest::Approx(log_probability(guards.beliefs[0], x) + log_probability(guards.beliefs[1], x)));
    guarded<hedge> portfolio;
    const auto value_of_choice = [&](const auto& prepared) { return std::vector<double>{value_at(prepared, x), 0}; };
    CHECK(portfolio.choose(model, state, guards.all(), engine, value_of_choice)[0] == value_at(alone, x));
}

TEST_CASE("far in the tail values and gradients are exact, and finite where a guard is broken for certain") {
    const auto model = surrogate_of(10, 2, 0.1);
    auto code = surrogate_of(10, 2, 0.1);
    const std::vector<double> x = {0.4, 0.6};
    auto engine = make_engine(1);
    for (const double least : {10.0, 100.0, 1e4}) {
        const std::vector<guard_belief<surrogate>> guard = {{&code, least}};
        const auto prepared = guarded{log_expected_improvement{}}.prepare(
            model, state_of(model), std::span<const guard_belief<surrogate>>(guard), {}, engine);
        const auto there = code.predict(x);
        const double z = (there.mean - least) / std::sqrt(there.variance);
        // Mills: log Phi(z) = -z^2/2 - log(-z sqrt(2 pi)) - 1 / z^2 + O(z^-4)
        const double expected = -z * z / 2 - std::log(-z * std::sqrt(2 * std::acos(-1.0))) - 1 / (z * z);
        CHECK(value_at(prepared, x) == doctest::Approx(expected).epsilon(1e-5));
        check_laws(prepared_violations(prepared, 2, {.gradients = 1e-4}));
    }
    code.believe(x);
    const std::vector<guard_belief<surrogate>> broken = {{&code, 50}};
    const auto prepared = guarded{log_expected_improvement{}}.prepare(
        model, state_of(model), std::span<const guard_belief<surrogate>>(broken), {}, engine);
    std::vector<double> gradient(2);
    CHECK(std::isfinite(prepared.evaluate_gradient(x, gradient)));
    CHECK(std::isfinite(gradient[0] + gradient[1]));
}

TEST_CASE("an improvement that underflows leaves the guards' slope") {
    const auto model = surrogate_of(10, 2, 0.1);
    const two_guards guards;
    auto engine = make_engine(1);
    auto state = state_with_points(model);
    state.best = 1e6;
    const auto prepared = guarded{expected_improvement{}}.prepare(model, state, guards.all(), {}, engine);
    check_prepared(prepared, 2);
}

TEST_CASE("only points that may be the best are to be improved on") {
    const auto model = surrogate_of(15, 2, 0.2);
    auto engine = make_engine(1);
    auto state = state_of(model);
    const std::vector<double> x = {0.5, 0.9};
    const auto value = [&](const auto& inner) {
        auto same = engine;
        return value_at(prepare(inner, model, state, std::span<const double>{}, same), x);
    };
    const double improvement = value(log_noisy_expected_improvement{}), knowledge = value(log_knowledge_gradient{});
    std::vector<double> means(model.size()), deviations(model.size());
    model.predict(model.data().points, means, deviations);
    const auto worst = static_cast<std::size_t>(std::min_element(means.begin(), means.end()) - means.begin());
    state.eligible = {model.data().points[2 * worst], model.data().points[2 * worst + 1]};
    CHECK(value(log_noisy_expected_improvement{}) > improvement);
    CHECK(value(log_knowledge_gradient{}) != knowledge);
    const std::vector<double> out = {0.45, 0.85};  // may not be the best: nothing is lost but the doubt around it
    auto same = engine;
    const auto with_pending = prepare(log_noisy_expected_improvement{}, model, state, out, same);
    CHECK(with_pending.rivals() == 2);
    CHECK(value_at(with_pending, x) <= value(log_noisy_expected_improvement{}) + 0.5);
}

TEST_CASE("a portfolio's arms are weighed each by its kind") {
    const auto model = surrogate_of(15, 2, 0.2);
    const two_guards guards;
    const std::vector<double> x = {0.3, 0.7};
    const double probability = log_probability(guards.beliefs[0], x) + log_probability(guards.beliefs[1], x);
    auto engine = make_engine(1);
    const auto state = state_with_points(model);
    std::vector<double> values;
    const auto note = [&](const auto& prepared) {
        values.push_back(value_at(prepared, x));
        return std::vector<double>{0.5, 0.5};
    };
    guarded<hedge>{}.choose(model, state, guards.all(), engine, note);
    REQUIRE(values.size() == 2);
    const double improvement = value_at(prepare(expected_improvement{}, model, state, engine), x);
    CHECK(values[0] == doctest::Approx(std::log(improvement) + probability));
    CHECK(values[1] ==
          doctest::Approx(value_at(prepare(upper_confidence_bound{}, model, state, engine), x) + probability));
}

TEST_CASE("without guards a search is the same to the last bit") {
    CHECK(points_tried(guarded<log_noisy_expected_improvement>{}) == points_tried(log_noisy_expected_improvement{}));
    CHECK(points_tried(guarded<improvement_or_knowledge>{}) == points_tried(improvement_or_knowledge{}));
    CHECK(points_tried(guarded<expected_improvement>{}) == points_tried(expected_improvement{}));
    CHECK(points_tried(guarded<upper_confidence_bound>{}) == points_tried(upper_confidence_bound{}));
    CHECK(points_tried(guarded<thompson_sampling>{}) == points_tried(thompson_sampling{}));
    CHECK(points_tried(guarded<hedge>{}) == points_tried(hedge{}));
    CHECK(points_tried(guarded<erased>{}) == points_tried(erased{}));
}

TEST_CASE("a guarded acquisition has the other one's name and checks") {
    CHECK(guarded<log_noisy_expected_improvement>{}.name() == "log_noisy_expected_improvement");
    CHECK(guarded{upper_confidence_bound{}}.name() == upper_confidence_bound{}.name());
    CHECK_THROWS_AS(guarded{log_noisy_expected_improvement{.draws = 0}}.check(), input_error);
}
