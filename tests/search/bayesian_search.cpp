// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/bayesian_search.hpp>

#include <bouillon/acquisition/expected_improvement.hpp>
#include <bouillon/acquisition/gp_hedge.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/kernel/rational_quadratic.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/simplex.hpp>

#include "objectives.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

using namespace bouillon;

namespace {

using objective = std::function<double(std::span<const double>)>;

const box branin_box{{-5, 0}, {10, 15}};

template <class Search>
void run(Search& search, const objective& loss) {
    while (!search.done()) {
        const trial next = search.suggest();
        search.observe(next, loss(next.point));
    }
}

template <class Search>
std::vector<std::vector<double>> unit_points(const Search& search) {
    std::vector<std::vector<double>> points;
    for (const auto& entry : search.history().records()) points.push_back(entry.trial.unit_point);
    return points;
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

/// Regret of the best of forty trials on Branin's function.
template <class Search>
double branin_regret(Search search) {
    run(search, branin);
    double lowest = 1e9;
    for (const auto& entry : search.history().records()) lowest = std::min(lowest, entry.observation.loss);
    return lowest - branin_minimum;
}

/// Of eight searches those that end in the narrower and deeper of two basins.
template <class Acquisition>
int deeper_basins(const Acquisition& acquisition, bool elsewhere, std::size_t budget = 40) {
    int deeper = 0;
    for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
        const search_options options{.budget = budget, .seed = seed, .climbs = {.elsewhere = elsewhere}};
        bayesian_search search(box{{0, 0}, {1, 1}}, options, acquisition);
        for (int i = 0; i < 40; ++i) {
            const trial next = search.suggest();
            search.observe(next, two_basins(next.point), 0);
        }
        deeper += search.recommendation().loss < -1.05;
    }
    return deeper;
}

}  // namespace

TEST_CASE("forty trials come within 0.01 of Branin's minimum") {
    for (const std::uint64_t seed : {1, 2, 3, 4})
        CHECK(branin_regret(bayesian_search(branin_box, {.budget = 40, .seed = seed})) < 1e-2);
}

TEST_CASE("another kernel and another acquisition find Branin's minimum too") {
    const search_options options{.budget = 40};
    CHECK(branin_regret(bayesian_search(branin_box, options, expected_improvement{}, squared_exponential{})) < 1e-2);
    CHECK(branin_regret(bayesian_search(branin_box, options, upper_confidence_bound{})) < 1e-2);
    CHECK(branin_regret(bayesian_search(branin_box, options,
                                        gp_hedge<log_expected_improvement, upper_confidence_bound>{})) < 1e-2);
}

TEST_CASE("fifteen noisy trials recommend a merge next to the best one") {
    std::vector<double> regrets;
    for (std::uint64_t seed = 0; seed < 11; ++seed) {
        bayesian_search search(interval{.lower = 0, .upper = 1}, {.budget = 15, .seed = seed});
        random_engine noise = make_engine(10000 + seed);
        while (!search.done()) {
            const trial next = search.suggest();
            search.observe(next, merge_curve(next.point[0]) + 0.003 * normal(noise), 9e-6);
        }
        regrets.push_back(merge_curve(search.recommendation().point[0]) - merge_curve_minimum());
    }
    CHECK(median(regrets) <= 5e-4);
}

TEST_CASE("a search on the simplex finds a minimum on a face, at a merge that sums to one") {
    const std::vector<double> optimum = {0, 0, 0.4, 0.6};
    bayesian_search search(simplex{4}, {.budget = 25});
    run(search, [&](std::span<const double> w) { return distance(w, optimum) * distance(w, optimum); });
    const auto found = search.recommendation();
    CHECK(distance(found.point, optimum) < 0.03);
    CHECK(found.merge_weights == found.point);
    for (const auto& entry : search.history().records()) {
        const auto& weights = entry.trial.merge_weights;
        const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
        CHECK(std::abs(sum - 1) <= 4 * std::numeric_limits<double>::epsilon());
        CHECK(*std::min_element(weights.begin(), weights.end()) >= 0);
    }
}

TEST_CASE("a search goes elsewhere by its options, not by its acquisition") {
    CHECK(deeper_basins(expected_improvement{}, true) > deeper_basins(expected_improvement{}, false));
    CHECK(deeper_basins(upper_confidence_bound{}, true) > deeper_basins(upper_confidence_bound{}, false));
    using portfolio = gp_hedge<expected_improvement, upper_confidence_bound>;
    CHECK(deeper_basins(portfolio{}, true) > deeper_basins(portfolio{}, false));
}

TEST_CASE("a search that has converged finds a narrower and deeper basin elsewhere") {
    CHECK(deeper_basins(improvement_or_knowledge{}, true) >= 6);
    CHECK(deeper_basins(improvement_or_knowledge{}, false) <= 3);  // so there is something to be found
}

TEST_CASE("suggestions depend on the seed and on nothing else") {
    const auto run_seed = [](std::uint64_t seed) {
        bayesian_search search(branin_box, {.budget = 12, .seed = seed});
        run(search, branin);
        return unit_points(search);
    };
    CHECK(run_seed(1) == run_seed(1));
    CHECK(run_seed(1) != run_seed(2));
}

TEST_CASE("asking for the recommendation changes no later suggestion") {
    bayesian_search asked(branin_box, {.budget = 12}), not_asked(branin_box, {.budget = 12});
    run(not_asked, branin);
    while (!asked.done()) {
        const trial next = asked.suggest();
        asked.observe(next, branin(next.point));
        asked.recommendation();
    }
    CHECK(unit_points(asked) == unit_points(not_asked));
}

TEST_CASE("no two trials are closer than the smallest distance") {
    bayesian_search search(interval{}, {.budget = 25, .smallest_distance = 1e-3});
    run(search, [](std::span<const double> x) { return (x[0] - 0.7) * (x[0] - 0.7); });
    const auto points = unit_points(search);
    for (std::size_t i = 0; i < points.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) CHECK(distance(points[i], points[j]) >= 1e-3);
}

TEST_CASE("failed trials are learned from: the region that fails is left, the minimum beside it found") {
    bayesian_search search(branin_box, {.budget = 40});
    int failures = 0;
    while (!search.done()) {
        const trial next = search.suggest();
        if (next.point[0] < 0) {
            search.fail(next, "out of memory");
            ++failures;
        } else {
            search.observe(next, branin(next.point));
        }
    }
    CHECK(failures < 15);
    CHECK(search.recommendation().point[0] >= 0);
    CHECK(branin(search.recommendation().point) - branin_minimum < 0.05);
}

TEST_CASE("a cone on a plain is found, though all losses are equal until then") {
    for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
        random_engine engine = make_engine(seed, 1);
        const std::vector<double> centre = {0.1 + 0.8 * uniform(engine), 0.1 + 0.8 * uniform(engine)};
        bayesian_search search(box{{0, 0}, {1, 1}}, {.budget = 60, .seed = seed});
        while (!search.done()) {
            const trial next = search.suggest();
            search.observe(next, std::min(distance(next.point, centre) / 0.15 - 1, 0.0), 0);
        }
        CHECK(search.recommendation().loss < -0.5);
    }
}

TEST_CASE("a penalty for failures, however large, does not end a search") {
    for (const double penalty : {1e6, 1e30, 1e308}) {
        bayesian_search search(branin_box, {.budget = 40});
        run(search, [&](std::span<const double> x) { return x[0] < 0 ? penalty : branin(x); });
        CHECK(branin(search.recommendation().point) - branin_minimum < 0.05);
    }
}

TEST_CASE("when every trial fails the search goes on exploring and recommends nothing") {
    bayesian_search search(branin_box, {.budget = 15});
    while (!search.done()) search.observe(search.suggest(), NAN);
    const auto points = unit_points(search);
    for (std::size_t i = 0; i < points.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) CHECK(distance(points[i], points[j]) > 0.02);
    CHECK(search.history().count(trial_status::failed) == 15);
    CHECK_THROWS_AS(search.recommendation(), work_error);
}

TEST_CASE("the recommendation is not the luckiest trial") {
    bayesian_search search(interval{.lower = 0, .upper = 1}, {.budget = 12, .initial_trials = 12});
    while (!search.done()) {  // a parabola with its minimum at 0.5, and one lucky observation at 0.125
        const trial next = search.suggest();
        const double x = next.point[0];
        search.observe(next, x == 0.125 ? -0.05 : (x - 0.5) * (x - 0.5), 0.01);
    }
    const auto best = search.recommendation();
    CHECK(best.point[0] == doctest::Approx(0.5).epsilon(0.3));
    CHECK(best.standard_error > 0);
    CHECK(best.standard_error < 0.1);
}

TEST_CASE("what is known costs no trial, is never suggested and can be recommended") {
    bayesian_search search(interval{}, {.budget = 6, .known = {{.point = {1.0}, .loss = 0, .variance = 0}}});
    run(search, [](std::span<const double> x) { return 1 - x[0]; });  // the newest is the best
    for (const auto& unit_point : unit_points(search)) CHECK(unit_point[0] < 1);
    const auto best = search.recommendation();
    CHECK(best.point[0] == 1);
    CHECK_FALSE(best.ticket);
    CHECK(std::abs(best.loss) < 1e-4);
    CHECK(best.merge_weights == std::vector{0.0, 1.0});
}

TEST_CASE("document losses are compared with the reference, document by document") {
    bayesian_search search(interval{}, {.budget = 4, .reference_losses = {2, 3, 7}});
    const trial next = search.suggest();
    search.observe(next, std::vector{1.5, 2.75, 6.25});
    const auto& seen = search.history()[next.ticket].observation;
    CHECK(seen.loss == doctest::Approx(-0.5));
    CHECK(seen.variance == doctest::Approx(0.0625 / 3));
    CHECK_THROWS_AS(search.observe(search.suggest(), std::vector{1.0}), input_error);
}

TEST_CASE("domains of documents weigh as they are told, and must be those of the reference") {
    const document_domains domains = {{"web", 3, 1}, {"code", 2, 1}};
    bayesian_search search(interval{}, {.budget = 4, .reference_losses = {2, 3, 7, 1, 1}, .domains = domains});
    const trial next = search.suggest();
    search.observe(next, std::vector{1.5, 2.75, 6.25, 1.5, 1.0});
    const auto& seen = search.history()[next.ticket].observation;
    CHECK(seen.loss == doctest::Approx((-0.5 + 0.25) / 2));
    CHECK(seen.variance == doctest::Approx((0.0625 / 3 + 0.0625) / 4));
    CHECK_THROWS_WITH_AS(bayesian_search(interval{}, {.reference_losses = {2, 3}, .domains = domains}),
                         "the domains have 5 documents, but there are 2", input_error);
    bayesian_search alone(interval{}, {.budget = 4, .domains = domains});
    CHECK_THROWS_AS(alone.observe(alone.suggest(), std::vector{1.0}), input_error);
}

TEST_CASE("document losses without a reference give their mean") {
    bayesian_search search(interval{}, {.budget = 4});
    search.observe(search.suggest(), std::vector{1.0, 3.0});
    CHECK(search.history()[0].observation.loss == 2);
    CHECK(search.history()[0].observation.variance == 1);
}

TEST_CASE("a spent budget, a space without extent and a known point outside are refused") {
    bayesian_search search(interval{}, {.budget = 1});
    search.suggest();
    CHECK(search.done());
    CHECK_THROWS_AS(search.suggest(), input_error);
    CHECK_THROWS_AS(bayesian_search(interval{.lower = 1, .upper = 1}), input_error);
    CHECK_THROWS_AS(bayesian_search(interval{}, {.known = {{.point = {0.2}}}}), input_error);
    CHECK_THROWS_AS(bayesian_search(interval{}, {.known = {{.point = {0.7, 0.3}}}}), input_error);
    CHECK_THROWS_AS(bayesian_search(interval{}, {.smallest_distance = 0}), input_error);
}

TEST_CASE("a replayed trial stands as it was recorded") {
    bayesian_search search(interval{}, {.budget = 4});
    const trial recorded{0, {0.25}, {0.625}, {0.375, 0.625}};
    search.replay(recorded);
    CHECK(search.history()[0].trial.unit_point == recorded.unit_point);
    CHECK_THROWS_AS(search.replay(recorded), input_error);  // its ticket is used
    CHECK(search.suggest().ticket == 1);

    bayesian_search spent(interval{}, {.budget = 1});
    spent.replay(recorded);
    spent.replay({1, {0.5}, {0.75}, {0.25, 0.75}});  // more than its budget
    CHECK(spent.done());
}

TEST_CASE("restored trials let believe what replayed ones do") {
    const auto with_trials = [](const auto& take) {
        bayesian_search search(interval{}, {.budget = 6});
        for (std::size_t i = 0; i < 6; ++i) {
            const double x = static_cast<double>(i) / 5;
            const trial recorded{i, {x}, search.space().point(std::vector{x}), {}};
            take(search, recorded);
            search.observe(recorded, (x - 0.3) * (x - 0.3), 1e-6);
        }
        return search;
    };
    const auto replayed = with_trials([](auto& search, const trial& recorded) { search.replay(recorded); });
    auto restored = with_trials([](auto& search, const trial& recorded) { search.restore(recorded); });
    CHECK(restored.recommendation().point == replayed.recommendation().point);
    CHECK_THROWS_AS(restored.restore({7, {0.5}, {0.75}, {}}), input_error);  // its ticket is not the next
    CHECK_THROWS_AS(restored.restore({6, {0.5}, {0.7}, {}}), input_error);   // the space has another point there
    CHECK(restored.done());
}

TEST_CASE("a search refuses what its parts cannot have before anything is suggested") {
    CHECK_THROWS_WITH_AS(bayesian_search(interval{}, {}, upper_confidence_bound{NAN}),
                         "upper_confidence_bound.beta is nan, but it must be finite", input_error);
    CHECK_THROWS_AS(bayesian_search(interval{}, {}, upper_confidence_bound{}, rational_quadratic_profile{0}),
                    input_error);
    CHECK_THROWS_WITH_AS(bayesian_search(interval{}, {.maximize = {.samples = 0, .perturbations = 0}}),
                         "maximize.samples is 0, but it must be 1 or more", input_error);
    CHECK_THROWS_AS(bayesian_search(interval{}, {.surrogate = {.priors = {.noise_variance = {.deviation = 0}}}}),
                    input_error);
}

TEST_CASE("a search that is extended goes on as one that had its budget from the start") {
    const auto loss = [](const trial& next) { return std::pow(next.point[0] - 0.3, 2) + next.point[1]; };
    const auto advance = [&](auto& search) {
        while (!search.done()) {
            const trial next = search.suggest();
            search.observe(next, loss(next), 0);
        }
    };
    const box square{{0, 0}, {1, 1}};
    const climb_options stay{.elsewhere = false};
    bayesian_search whole(square, {.budget = 14, .climbs = stay}), parts(square, {.budget = 10, .climbs = stay});
    advance(whole);
    advance(parts);
    CHECK_THROWS_WITH_AS(parts.suggest(), "budget: all 10 trials have been suggested", input_error);
    parts.extend(4);
    CHECK_FALSE(parts.done());
    advance(parts);
    CHECK(unit_points(parts) == unit_points(whole));
}

TEST_CASE("a search without a budget is never done and climbs elsewhere all the same") {
    bayesian_search search(interval{}, {.budget = no_budget});
    for (int i = 0; i < 30; ++i) {
        CHECK_FALSE(search.done());
        search.observe(search.suggest(), 0.1 * i);
    }
    CHECK(deeper_basins(improvement_or_knowledge{}, true, no_budget) >= 6);
}

TEST_CASE("a search of integers tries every point once and is then done") {
    const box grid{{1, 0}, {6, 3}, {{.integer = true}, {.integer = true}}};  // 24 points
    const known_observation corner{.point = {1, 0}, .loss = 9, .variance = 0};
    for (const std::uint64_t seed : {1, 2, 3}) {
        bayesian_search search(grid, {.budget = 40, .seed = seed, .known = {corner}});
        std::set<std::vector<double>> tried;
        while (!search.done()) {
            const trial next = search.suggest();
            CHECK(next.point[0] == std::round(next.point[0]));
            CHECK(next.point[1] == std::round(next.point[1]));
            tried.insert(next.point);
            if (next.ticket % 5 == 4)
                search.fail(next);
            else
                search.observe(next, std::pow(next.point[0] - 4, 2) + next.point[1], 0);
        }
        CHECK(search.history().size() == 23);
        CHECK(tried.size() == 23);
        CHECK_FALSE(tried.contains(corner.point));
        CHECK_THROWS_WITH_AS(search.suggest(), "box: all its points have been tried or are known", input_error);
        const trial again = search.repeat(0);  // a loss may be wanted once more
        search.abandon(again);
        CHECK(search.done());
    }
}

TEST_CASE("integers are tried once each where every trial fails and where several are out") {
    const box grid{{0, 0}, {4, 4}, {{.integer = true}, {.integer = true}}};
    bayesian_search search(grid, {.budget = 40});
    std::set<std::vector<double>> tried;
    while (!search.done()) {
        const trial one = search.suggest();
        tried.insert(one.point);
        search.fail(one);
    }
    CHECK(tried.size() == 25);
    bayesian_search batches(grid, {.budget = 40});
    std::vector<trial> out;
    while (!batches.done()) {
        out.push_back(batches.suggest());
        if (out.size() % 4 == 0)
            for (std::size_t i = out.size() - 4; i < out.size(); ++i)
                batches.observe(out[i], out[i].point[0] - out[i].point[1], 0);
    }
    CHECK(out.size() == 25);
    batches.abandon(24);
    CHECK_FALSE(batches.done());
    CHECK(batches.suggest().point == out[24].point);
}

TEST_CASE("integers, logarithms and any numbers are searched together") {
    const box space{{1, 1e-6, -1}, {5000, 1, 1}, {{.integer = true}, {.logarithmic = true}, {}}};
    const auto loss = [](std::span<const double> x) {
        return std::pow((x[0] - 1234) / 2000, 2) + std::pow(std::log10(x[1] / 3e-4), 2) + std::pow(x[2] - 0.3, 2);
    };
    bayesian_search search(space, {.budget = 40, .climbs = {.elsewhere = false}});
    while (!search.done()) {
        const trial next = search.suggest();
        CHECK(next.point[0] == std::round(next.point[0]));
        search.observe(next, loss(next.point), 0);
    }
    CHECK(loss(search.recommendation().point) < 1e-3);
    CHECK(search.recommendation().point[0] == std::round(search.recommendation().point[0]));
}
