// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/guard_models.hpp>

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/guarded.hpp>
#include <bouillon/acquisition/improvement_or_knowledge.hpp>
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/spread.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>

#include "guarded_problem.hpp"
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

using namespace bouillon;

namespace {

const box square{{0, 0}, {1, 1}};

template <class Acquisition = log_noisy_expected_improvement>
using guarded_search = bayesian_search<box, guarded<Acquisition>>;

/// A book of five trials on a line whose guarded loss is x - 0.5, known to a deviation; the reference is at 0.
detail::ledger line(double allowed, double deviation) {
    detail::ledger book(
        {.reference_losses = {1, 1, 1}, .domains = {{"web", 1}, {"code", 2}}, .guards = {{"code", allowed}}});
    book.add_known({0.0}, {.point = {0}});
    for (std::size_t i = 0; i < 5; ++i) {
        const double x = 0.2 + 0.2 * static_cast<double>(i);
        book.suggest({i, {x}, {x}, {}});
        book.observe(book.trials()[i].trial, -x, 0.01, {},
                     std::vector<loss_estimate>{{x - 0.5, deviation * deviation}});
    }
    return book;
}

detail::guard_models<gaussian_process<>> models_of(const detail::ledger& book) {
    detail::guard_models models(gaussian_process<>(1), 1);
    models.fit(book);
    return models;
}

}  // namespace

TEST_CASE("the reference keeps a guard of 0 for certain, and what loses more breaks it for certain") {
    constexpr double forever = std::numeric_limits<double>::infinity();
    const auto models = models_of(line(0, 0));
    const double beyond = 0.2 + 0.2 * 2;  // as the trial's
    const auto margins = models.margins(std::vector{0.0, 0.4, beyond, 0.45, 0.9});
    CHECK(margins[0] == forever);
    CHECK(margins[1] == forever);
    CHECK(margins[2] < -1e6);
    CHECK(margins[3] > 0);
    CHECK(margins[4] < 0);
    CHECK(models.kept(std::vector{0.0, 0.4, beyond}, 0.95) == std::vector<bool>{true, true, false});
    CHECK(models.losses_at(std::vector{0.0})[0].mean == 0);
    CHECK(models.losses_at(std::vector{0.0})[0].variance == 0);
    CHECK(models.losses_at(std::vector{beyond})[0].mean == beyond - 0.5);
    CHECK(models.keeps(std::vector{0.4}, 0.95));
    CHECK_FALSE(models.keeps(std::vector{beyond}, 0.95));
}

TEST_CASE("under noise a margin is the mean's distance in deviations, and allowance moves it") {
    const auto strict = models_of(line(0, 0.02)), lenient = models_of(line(0.2, 0.02));
    const std::vector<double> points = {0.4, 0.55, 0.6};
    const auto losses = [&](double x) { return strict.losses_at(std::vector{x})[0]; };
    for (std::size_t i = 0; i < points.size(); ++i) {
        const auto there = losses(points[i]);
        CHECK(there.mean == doctest::Approx(points[i] - 0.5).epsilon(0.3));
        CHECK(strict.margins(points)[i] == doctest::Approx(-there.mean / there.standard_error()));
        CHECK(lenient.margins(points)[i] == doctest::Approx((0.2 - there.mean) / there.standard_error()));
    }
}

TEST_CASE("trials that are out are believed to end as expected, and nothing else changes") {
    auto models = models_of(line(0, 0.02));
    const std::vector<double> out = {0.5}, other = {0.4};
    const double before = models.losses_at(other)[0].mean, doubt = models.losses_at(out)[0].variance;
    models.believe(out);
    CHECK(models.losses_at(other)[0].mean == doctest::Approx(before));
    CHECK(models.losses_at(out)[0].variance < 1e-6 * doubt);
}

TEST_CASE("a search with guards recommends what keeps them, and comes close to the best that does") {
    const auto check_search = [](auto search, const guarded_problem& problem) {
        problem.run(search);
        const auto best = search.recommendation();
        CHECK(best.keeps_guards);
        REQUIRE(best.guard_losses.size() == 1);
        CHECK(best.guard_losses[0].mean + 1.6 * best.guard_losses[0].standard_error() <= problem.allowed);
        CHECK(guarded_problem::guarded_loss(best.point) <= problem.allowed + (problem.noise > 0 ? 0.005 : 0));
        CHECK(guarded_problem::loss(best.point) < -0.7);  // the best is -0.79, and -1.5 is without guards
    };
    const guarded_problem noisy, certain{.noise = 0};
    check_search(guarded_search<>(square, noisy.options(25)), noisy);
    check_search(guarded_search<>(square, certain.options(25)), certain);
    check_search(guarded_search<improvement_or_knowledge>(square, noisy.options(25)), noisy);
    check_search(guarded_search<upper_confidence_bound>(square, noisy.options(25)), noisy);
    check_search(guarded_search<gp_hedge<expected_improvement, upper_confidence_bound>>(square, noisy.options(25)),
                 noisy);
}

TEST_CASE("the example of the reference runs") {
    const guarded_problem problem;
    const std::vector<double> newest = problem.losses({0, 0});
    // In the documentation.
    search_options options{.budget = 20, .reference_losses = newest};
    options.domains = {{"web", 20, 1.0}, {"code", 20, 0.0}};
    options.guards = {{"code", 0.002}};       // nats per token that a merge may lose on code
    options.known = {{.point = {0.0, 0.0}}};  // the newest checkpoint loses nothing against itself
    bayesian_search<box, guarded<log_noisy_expected_improvement>> search(square, options);
    while (!search.done()) {
        const auto trial = search.suggest();
        search.observe(trial, problem.losses(trial.point));  // a loss for each document
    }
    const auto best = search.recommendation();
    const double lost_on_code = best.guard_losses[0].mean;
    // Until here.
    CHECK(best.keeps_guards);
    CHECK(lost_on_code <= 0.002);
}

TEST_CASE("several trials out at once lie apart") {
    const guarded_problem problem;
    guarded_search<> search(square, problem.options(24));
    for (int round = 0; round < 4; ++round) {
        std::vector<trial> out;
        for (int i = 0; i < 6; ++i) {
            out.push_back(search.suggest());
            for (std::size_t j = 0; j + 1 < out.size(); ++j)
                CHECK(distance(out[j].unit_point, out.back().unit_point) > (round == 0 ? 0.02 : 1e-5));
        }
        for (const auto& one : out) search.observe(one, problem.losses(one.point));
    }
    CHECK(problem.keeps(search.recommendation().point));
}

TEST_CASE("where nothing but the reference keeps a guard it is recommended, and without it nothing is promised") {
    const guarded_problem impossible{.allowed = 0, .noise = 0};
    const auto run = [&](bool knows_reference) {
        auto options = impossible.options(12);
        if (knows_reference) options.known = {{.point = {1, 1}}};
        guarded_search<> search(square, options);
        while (!search.done()) {
            const auto next = search.suggest();
            auto losses = impossible.losses(next.point);
            for (double& loss : losses) loss += 1 + 0.5 * next.point[0];  // everything breaks it
            search.observe(next, losses);
        }
        return search.recommendation();
    };
    const auto known = run(true);
    CHECK(known.keeps_guards);
    CHECK(known.point == std::vector{1.0, 1.0});
    CHECK(known.guard_losses[0].mean == 0);
    const auto unknown = run(false);
    CHECK_FALSE(unknown.keeps_guards);
    CHECK(unknown.guard_losses[0].mean > 0);
    CHECK(std::hypot(unknown.point[0], unknown.point[1]) < 0.2);  // where the least is lost
}

TEST_CASE("a trial of some documents must bring the guards' losses, and guards a guarded acquisition") {
    const guarded_problem problem;
    guarded_search<> search(square, problem.options(5));
    const auto next = search.suggest();
    CHECK_THROWS_WITH_AS(search.observe(next, -0.1, 0.01), "trial 0: it has the losses of 0 guards, but there are 1",
                         input_error);
    search.observe(next, {-0.1, 0.01}, std::vector<loss_estimate>{{0.3, 0.02}}, std::vector{1.0, 1.5});
    CHECK(search.history()[0].observation.guard_losses[0].mean == 0.3);
    const auto unguarded = [&] {
        return bayesian_search<box, log_noisy_expected_improvement>(square, problem.options(5));
    };
    CHECK_THROWS_WITH_AS(unguarded(), "there are 1 guards, but the acquisition keeps none: wrap it in guarded<...>",
                         input_error);
}

TEST_CASE("a search that climbs elsewhere keeps the guards there as well") {
    const guarded_problem problem{.noise = 0};
    auto options = problem.options(40);
    options.climbs.first_convergence = 0.1;
    guarded_search<> search(square, options);
    problem.run(search);
    CHECK(problem.keeps(search.recommendation().point));
    CHECK(guarded_problem::loss(search.recommendation().point) < -0.78);
}
