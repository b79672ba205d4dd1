// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/history.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

trial trial_at(std::size_t ticket, double x) { return {ticket, {x}, {x}, {}}; }

history with_trials(std::size_t n) {
    history trials;
    for (std::size_t i = 0; i < n; ++i) trials.suggest(trial_at(i, 0.1 * static_cast<double>(i)));
    return trials;
}

}  // namespace

TEST_CASE("trials end in any order, each once") {
    history trials = with_trials(3);
    trials.observe(trials[2].trial, 5, 0.1);
    trials.fail(trials[0].trial, "no memory");
    CHECK(trials.count(trial_status::observed) == 1);
    CHECK(trials.count(trial_status::failed) == 1);
    CHECK(trials.count(trial_status::pending) == 1);
    CHECK(trials[2].observation.loss == 5);
    CHECK(trials[0].observation.reason == "no memory");
    CHECK_THROWS_WITH_AS(trials.observe(trials[2].trial, 6, 0.1), "trial 2 has ended already with the loss 5",
                         input_error);
    CHECK_THROWS_WITH_AS(trials.observe(trials[0].trial, 6, 0.1), "trial 0 has ended already: it failed", input_error);
}

TEST_CASE("a trial that this search did not suggest is refused") {
    history trials = with_trials(1);
    CHECK_THROWS_WITH_AS(trials.observe(trial_at(4, 0), 1, 0), "trial 4 was never suggested: 1 were", input_error);
    CHECK_THROWS_AS(trials.observe(trial_at(0, 0.7), 1, 0), input_error);
}

TEST_CASE("a ticket leads to its trial where it was handed out") {
    history trials;
    trials.suggest({.ticket = 0, .unit_point = {0.5}});
    CHECK(trials.find(0).trial.unit_point == std::vector{0.5});
    CHECK_THROWS_WITH_AS(trials.find(1), "trial 1 was never suggested: 1 were", input_error);
}

TEST_CASE("a loss that is not finite is a failure, a negative variance an error") {
    history trials = with_trials(3);
    trials.observe(trials[0].trial, NAN, 0);
    trials.observe(trials[1].trial, INFINITY, 0);
    CHECK(trials.count(trial_status::failed) == 2);
    CHECK_THROWS_WITH_AS(trials.observe(trials[2].trial, 1, -1e-9),
                         "trial 2: the variance is -1e-09, but it must be 0 or more, or NaN when it is not known",
                         input_error);
    CHECK_NOTHROW(trials.observe(trials[2].trial, 1, unknown));
}

TEST_CASE("guards' losses are kept, and one that is not finite is a failure") {
    history trials = with_trials(3);
    trials.observe(trials[0].trial, 1, 0, {}, {{0.5, 0.1}, {0.25, unknown}});
    REQUIRE(trials[0].observation.guard_losses.size() == 2);
    CHECK(trials[0].observation.guard_losses[1].mean == 0.25);
    trials.observe(trials[1].trial, 1, 0, {}, {{0.5, 0.1}, {NAN, 0.1}});
    CHECK(trials[1].observation.reason == "the loss of guard 1 is nan");
    CHECK_THROWS_AS(trials.observe(trials[2].trial, 1, 0, {}, {{0.5, -0.1}}), input_error);
}
