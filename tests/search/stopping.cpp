// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/stopping.hpp>

#include <bouillon/acquisition/guarded.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/search/journal.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/interval.hpp>

#include "guarded_problem.hpp"
#include "objectives.hpp"
#include "scratch.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

using namespace bouillon;

namespace {

/// A clock that stands until it is moved.
struct test_clock {
    using duration = std::chrono::seconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<test_clock>;
    static inline time_point moved_to = {};
    static time_point now() { return moved_to; }
};

constexpr auto yes = [](const auto&) { return true; };
constexpr auto no = [](const auto&) { return false; };

bayesian_search<interval> new_search(std::size_t budget = 30) {
    return bayesian_search(interval{.lower = 0, .upper = 1}, {.budget = budget});
}

double parabola(double x) { return (x - 0.7) * (x - 0.7); }

/// Trials of the parabola until the rule stops them.
template <class Search, class Rule>
std::size_t trials_until(Search& search, const Rule& stop) {
    while (!search.done() && !stop(search)) {
        const trial next = search.suggest();
        search.observe(next, parabola(next.point[0]), 0);
    }
    return search.history().size();
}

static_assert(stopping_rule<trial_limit, bayesian_search<interval>>);
static_assert(stopping_rule<decltype(yes), bayesian_search<interval>>);
static_assert(stopping_rule<when_any<trial_limit, when_all<deadline<>, no_improvement>>, bayesian_search<interval>>);
static_assert(stopping_rule<target_loss, journaled_search<bayesian_search<interval>>>);
static_assert(!stopping_rule<int, bayesian_search<interval>>);
static_assert(!stopping_rule<when_any<trial_limit, int>, bayesian_search<interval>>);

}  // namespace

TEST_CASE("any stops with one of its rules, all stop together, and both nest") {
    const auto search = new_search();
    CHECK(when_any(no, yes)(search));
    CHECK_FALSE(when_any(no, no)(search));
    CHECK(when_all(yes, yes)(search));
    CHECK_FALSE(when_all(yes, no)(search));
    CHECK(when_any(no, when_all(yes, when_any(yes, no)))(search));
    CHECK_FALSE(when_any()(search));
    CHECK(when_all()(search));
}

TEST_CASE("a loop that asks a rule ends before its budget") {
    bayesian_search search(interval{.lower = 0, .upper = 1}, {.budget = 30});
    const auto stop = when_any(deadline{std::chrono::steady_clock::now() + std::chrono::hours(1)},
                               when_all(trial_limit{5}, no_improvement{3}));
    while (!search.done() && !stop(search)) {
        const auto trial = search.suggest();
        search.observe(trial, parabola(trial.point[0]));
    }
    CHECK(search.history().size() >= 5);
    CHECK(search.history().size() < 30);
    CHECK(search.recommendation().loss < 1e-3);
}

TEST_CASE("rules are asked in their order, and no further than needed") {
    const auto search = new_search();
    int asked = 0;
    const auto counted = [&](const auto&) { return ++asked > 0; };
    when_any(yes, counted)(search);
    when_all(no, counted)(search);
    CHECK(asked == 0);
    when_any(counted, yes)(search);
    CHECK(asked == 1);
}

TEST_CASE("a deadline stops at its time, by whatever clock it is given") {
    auto search = new_search();
    const deadline stop{test_clock::now() + std::chrono::seconds(5)};
    CHECK_FALSE(stop(search));
    test_clock::moved_to += std::chrono::seconds(4);
    CHECK_FALSE(stop(search));
    test_clock::moved_to += std::chrono::seconds(1);
    CHECK(stop(search));
    CHECK(deadline{std::chrono::steady_clock::now()}(search));
    CHECK_FALSE(deadline{std::chrono::steady_clock::now() + std::chrono::hours(1)}(search));
}

TEST_CASE("a limit counts trials that ended, not those that are out or were abandoned") {
    auto search = new_search();
    const trial_limit stop{2};
    search.abandon(search.suggest());
    search.suggest();
    search.fail(search.suggest());
    CHECK_FALSE(stop(search));
    search.observe(search.suggest(), 1, 0);
    CHECK(stop(search));
}

TEST_CASE("a target is reached when the recommendation is as good") {
    auto search = new_search();
    CHECK_FALSE(target_loss{1e9}(search));  // nothing was observed
    const auto trials = trials_until(search, target_loss{1e-3});
    CHECK(trials < 15);
    CHECK(search.recommendation().loss <= 1e-3);
    CHECK_FALSE(target_loss{-1}(search));
}

TEST_CASE("one lucky observation reaches no target") {
    bayesian_search search(interval{.lower = 0, .upper = 1}, {.budget = 12, .initial_trials = 12});
    while (!search.done()) {
        const trial next = search.suggest();
        search.observe(next, next.point[0] == 0.25 ? 0.5 : 1.0, 0.04);
    }
    CHECK_FALSE(target_loss{0.6}(search));
    CHECK(target_loss{1.05}(search));
    const auto best = search.recommendation();
    CHECK(target_loss{best.loss + best.standard_error, 0.9}(search));
    CHECK_FALSE(target_loss{best.loss + best.standard_error, 1.1}(search));
}

TEST_CASE("a search without improvement stops after so many trials more, and not before") {
    bayesian_search search(interval{.lower = 0, .upper = 1}, {.budget = 12, .initial_trials = 12});
    std::vector<std::size_t> stopped;
    while (!search.done()) {
        const trial next = search.suggest();
        search.observe(next, next.ticket == 3 ? 0.0 : 1.0 + 0.1 * next.point[0], 1e-6);
        if (no_improvement{4}(search)) stopped.push_back(next.ticket);
    }
    CHECK(stopped == std::vector<std::size_t>{7, 8, 9, 10, 11});
}

TEST_CASE("under noise, improvement is what the posterior can tell from none") {
    bayesian_search search(interval{.lower = 0, .upper = 1}, {.budget = 40});
    random_engine engine = make_engine(3);
    const no_improvement stop{5}, never{5, -1.0};
    while (!search.done() && !stop(search)) {
        const trial next = search.suggest();
        search.observe(next, parabola(next.point[0]) + 0.02 * normal(engine), 4e-4);
        CHECK_FALSE(never(search));
    }
    CHECK(search.history().size() < 40);
    CHECK(parabola(search.recommendation().point[0]) < 0.02);
}

TEST_CASE("failures are trials without improvement, abandoned ones are none") {
    auto search = new_search();
    search.observe(search.suggest(), 1, 0);
    for (int i = 0; i < 3; ++i) search.abandon(search.suggest());
    CHECK_FALSE(no_improvement{2}(search));
    search.fail(search.suggest());
    CHECK_FALSE(no_improvement{2}(search));
    search.fail(search.suggest());
    CHECK(no_improvement{2}(search));
}

TEST_CASE("what is known before the first trial is an earlier point") {
    bayesian_search search(interval{}, {.budget = 5, .known = {{.point = {1.0}, .loss = 0, .variance = 0}}});
    for (int i = 0; i < 3; ++i) search.observe(search.suggest(), 1 + i, 0);
    CHECK(no_improvement{3}(search));
    CHECK_FALSE(no_improvement{4}(search));
}

TEST_CASE("asking a rule changes no suggestion, and a resumed search stops where it would have stopped") {
    const auto stop = when_all(trial_limit{4}, no_improvement{3});
    const scratch_folder folder;
    const auto path = folder.path / "journal";
    auto plain = new_search();
    const std::size_t trials = trials_until(plain, stop);
    CHECK(trials < 30);
    {
        journaled_search search(new_search(), path, {});
        CHECK(trials_until(search, trial_limit{trials - 2}) == trials - 2);
    }
    journaled_search search(new_search(), path, {}, journal_mode::resume);
    CHECK(trials_until(search, stop) == trials);
    for (std::size_t i = 0; i < trials; ++i)
        CHECK(search.history()[i].trial.unit_point == plain.history()[i].trial.unit_point);
}

TEST_CASE("rules refuse numbers that they cannot have by name and value") {
    CHECK_THROWS_WITH_AS(target_loss{.loss = NAN}.check(), "target_loss.loss is nan, but it must be a number",
                         input_error);
    CHECK_THROWS_WITH_AS((target_loss{.loss = 1, .deviations = INFINITY}.check()),
                         "target_loss.deviations is inf, but it must be finite", input_error);
    CHECK_THROWS_WITH_AS(no_improvement{0}.check(), "no_improvement.trials is 0, but it must be 1 or more",
                         input_error);
    CHECK_THROWS_AS((no_improvement{.trials = 3, .loss = NAN}.check()), input_error);
    CHECK_THROWS_AS(when_any(trial_limit{5}, no_improvement{0}), input_error);
    CHECK_THROWS_AS(when_all(trial_limit{5}, when_any(target_loss{NAN})), input_error);
    const bayesian_search search(interval{});
    CHECK_THROWS_AS(no_improvement{0}(search), input_error);
}

TEST_CASE("with guards a rule waits for what keeps them") {
    guarded_problem problem{.noise = 0};
    using guarded_search = bayesian_search<box, guarded<log_noisy_expected_improvement>>;
    guarded_search search(box{{0, 0}, {1, 1}}, problem.options(20));
    const auto tell = [&](guarded_search& to, double shift) {
        const trial next = to.suggest();
        auto losses = problem.losses(next.point);
        for (std::size_t j = problem.documents; j < losses.size(); ++j) losses[j] += shift;
        to.observe(next, losses);
    };
    for (int i = 0; i < 6; ++i) tell(search, 0);
    CHECK_FALSE(target_loss{-0.85}(search));  // which only points reach that break the guard
    CHECK(target_loss{-0.05}(search));
    guarded_search broken(box{{0, 0}, {1, 1}}, problem.options(20));
    for (int i = 0; i < 6; ++i) tell(broken, 5);
    CHECK_FALSE(broken.recommendation().keeps_guards);
    CHECK_FALSE(target_loss{10}(broken));
    CHECK_FALSE(no_improvement{.trials = 2, .loss = 10}(broken));
    while (!search.done()) tell(search, 0);
    CHECK(no_improvement{.trials = 3, .loss = 1e-3}(search));
}
