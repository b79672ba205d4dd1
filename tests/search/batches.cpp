// SPDX-License-Identifier: Apache-2.0
// Searches with several trials out at once.
#include <bouillon/search/bayesian_search.hpp>

#include <bouillon/acquisition/log_expected_improvement.hpp>
#include <bouillon/acquisition/upper_confidence_bound.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/simplex.hpp>

#include "objectives.hpp"
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

using namespace bouillon;

namespace {

const box branin_box{{-5, 0}, {10, 15}};

/// Branin's function with some noise, of known variance.
struct noisy_branin {
    double deviation = 0;
    random_engine engine = make_engine(10000);

    template <class Search>
    void end(Search& search, const trial& ended) {
        search.observe(ended, branin(ended.point) + deviation * normal(engine), deviation * deviation);
    }
};

/// A search of which some trials have ended, one by one.
template <class Acquisition>
auto begun_search(const Acquisition& acquisition, double deviation, std::size_t trials, std::uint64_t seed = 1) {
    bayesian_search search(branin_box, {.budget = 60, .seed = seed}, acquisition);
    noisy_branin objective{deviation};
    while (search.history().size() < trials) objective.end(search, search.suggest());
    return search;
}

double smallest_distance(const std::vector<std::vector<double>>& points) {
    double smallest = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < points.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) smallest = std::min(smallest, distance(points[i], points[j]));
    return smallest;
}

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

}  // namespace

TEST_CASE("suggestions that are out together lie apart, where suggestions that ignore each other fall on one spot") {
    const auto check = [](const auto& acquisition, double least) {
        for (const double deviation : {0.0, 2.0})
            for (const std::size_t q : {4, 8}) {
                CAPTURE(deviation);
                CAPTURE(q);
                auto search = begun_search(acquisition, deviation, 12);
                auto forgetful = search;
                std::vector<std::vector<double>> together, ignorant;
                for (std::size_t i = 0; i < q; ++i) {
                    together.push_back(search.suggest().unit_point);
                    const trial next = forgetful.suggest();
                    ignorant.push_back(next.unit_point);
                    forgetful.abandon(next);
                }
                CHECK(smallest_distance(together) > least);
                CHECK(smallest_distance(together) > 10 * smallest_distance(ignorant));
            }
    };
    check(log_noisy_expected_improvement{}, 0.01);
    check(log_expected_improvement{}, 1e-4);  // the last of them lie where the mean is best, but for a hair
    check(upper_confidence_bound{}, 1e-3);
}

TEST_CASE("four trials always out cost a search of forty some of its last digits, and under noise nothing") {
    const auto regret_of = [](std::uint64_t seed, double deviation) {
        bayesian_search search(branin_box, {.budget = 40, .seed = seed});
        noisy_branin objective{deviation, make_engine(10000, seed)};
        std::vector<trial> out;
        while (!search.done() || !out.empty())
            if (!search.done() && out.size() < 4) {
                out.push_back(search.suggest());
            } else {
                objective.end(search, out.front());
                out.erase(out.begin());
            }
        return branin(search.recommendation().point) - branin_minimum;
    };
    std::vector<double> certain, noisy;  // of one at a time: 1e-6, and 0.3
    for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
        certain.push_back(regret_of(seed, 0));
        noisy.push_back(regret_of(seed, 2));
    }
    CHECK(median(certain) < 0.01);
    CHECK(median(noisy) < 1);
}

TEST_CASE("with no answer yet, or none at all, every suggestion is another point") {
    const auto check = [](const auto& space) {
        bayesian_search search(space, {.budget = 25});
        std::vector<std::vector<double>> points;
        while (!search.done()) points.push_back(search.suggest().unit_point);
        CHECK(smallest_distance(points) > 1e-3);
    };
    check(branin_box);
    check(simplex{3});
    check(interval{});
}

TEST_CASE("in what order trials end between two suggestions makes no difference, bit for bit") {
    const auto run = [](bool backwards) {
        bayesian_search search(branin_box, {.budget = 24});
        while (!search.done()) {
            std::vector<trial> out;
            for (int i = 0; i < 4; ++i) out.push_back(search.suggest());
            if (backwards) std::reverse(out.begin(), out.end());
            for (const trial& ended : out)
                if (ended.ticket % 7 == 3)
                    search.fail(ended);
                else
                    search.observe(ended, branin(ended.point), 0.1);
        }
        std::vector<std::vector<double>> points = {search.recommendation().point};
        for (const auto& entry : search.history().records()) points.push_back(entry.trial.unit_point);
        return points;
    };
    CHECK(run(true) == run(false));
}

TEST_CASE("whatever order trials end in, and however, the search ends with its budget spent and an answer") {
    for (const std::uint64_t seed : {1, 2, 3}) {
        bayesian_search search(branin_box, {.budget = 30, .seed = seed});
        random_engine engine = make_engine(seed);
        std::vector<trial> out;
        while (!search.done() || !out.empty()) {
            if (!search.done() && (out.empty() || uniform(engine) < 0.55)) {
                out.push_back(search.suggest());
                continue;
            }
            std::swap(out[static_cast<std::size_t>(uniform(engine) * static_cast<double>(out.size()))], out.back());
            const double fate = uniform(engine);
            if (fate < 0.1)
                search.abandon(out.back());
            else if (fate < 0.2)
                search.fail(out.back());
            else
                search.observe(out.back(), branin(out.back().point));
            out.pop_back();
        }
        const auto& history = search.history();
        CHECK(history.count(trial_status::pending) == 0);
        CHECK(history.count(trial_status::observed) + history.count(trial_status::failed) == 30);
        CHECK(branin(search.recommendation().point) - branin_minimum < 2);
    }
}

TEST_CASE("an abandoned trial costs no budget, teaches nothing, and its point may come again") {
    bayesian_search search(branin_box, {.budget = 6}), undisturbed(branin_box, {.budget = 6});
    const trial first = search.suggest();
    search.abandon(first, "its worker died");
    CHECK(search.history()[0].observation.reason == "its worker died");
    CHECK(search.suggest().unit_point == first.unit_point);  // of the first design
    CHECK(undisturbed.suggest().unit_point == first.unit_point);
    for (int i = 0; i < 5; ++i) {
        CHECK_FALSE(search.done());
        CHECK(search.suggest().unit_point.size() == 2);
    }
    CHECK(search.done());
    CHECK_THROWS_AS(search.suggest(), input_error);
    CHECK_THROWS_WITH_AS(search.observe(first, 1), "trial 0 has ended already: it was abandoned", input_error);
    search.abandon(search.history()[3].trial);
    CHECK_FALSE(search.done());
}

TEST_CASE("an abandoned trial leaves the belief as it was") {
    auto search = begun_search(log_noisy_expected_improvement{}, 0, 8);
    const auto before = search.recommendation();
    search.abandon(search.suggest());
    const auto after = search.recommendation();
    CHECK(after.point == before.point);
    CHECK(after.loss == doctest::Approx(before.loss).epsilon(1e-6));
}

TEST_CASE(
    "a repeated trial is a new ticket at the same point, and of known variance it is one observation more of it") {
    bayesian_search search(interval{.lower = 0, .upper = 1}, {.budget = 8});
    const trial first = search.suggest();
    search.observe(first, 1, 0.04);
    search.observe(search.suggest(), 2, 0.04);
    const trial again = search.repeat(first);
    CHECK(again.ticket == 2);
    CHECK(again.unit_point == first.unit_point);
    CHECK(again.merge_weights == first.merge_weights);
    CHECK(search.suggest().unit_point != first.unit_point);  // with the repeated one still out
    search.observe(again, 2, 0.04);

    bayesian_search once(interval{.lower = 0, .upper = 1}, {.budget = 8});
    once.observe(once.suggest(), 1.5, 0.02);
    once.observe(once.suggest(), 2, 0.04);
    CHECK(search.belief().surrogate.data().variances.size() == once.belief().surrogate.data().variances.size());
    CHECK(search.recommendation().point == first.point);
    CHECK(search.recommendation().standard_error < 0.2);
}

TEST_CASE("an abandoned repetition leaves the earlier trial's point taken") {
    bayesian_search search(interval{.lower = 0, .upper = 1}, {.budget = 8});
    const trial first = search.suggest();
    search.abandon(search.repeat(first));
    for (int i = 0; i < 6; ++i) CHECK(search.suggest().unit_point != first.unit_point);
    search.abandon(first);
    CHECK(search.suggest().unit_point == first.unit_point);
    CHECK_THROWS_AS(search.repeat(trial{.ticket = 99, .unit_point = {0}}), input_error);
}

TEST_CASE("a trial may be ended and repeated by its ticket alone") {
    const search_options options{.budget = 9, .reference_losses = {1, 2}};
    bayesian_search by_trial(interval{}, options), by_ticket(interval{}, options);
    std::vector<trial> out;
    for (int i = 0; i < 6; ++i) {
        out.push_back(by_trial.suggest());
        by_ticket.suggest();
    }
    const std::vector<double> losses{1.5, 2.25};
    by_trial.observe(out[3], 0.25, 0.5);
    by_ticket.observe(3, 0.25, 0.5);
    by_trial.observe(out[1], 0.75);
    by_ticket.observe(1, 0.75);
    by_trial.observe(out[0], losses);
    by_ticket.observe(0, losses);
    by_trial.observe(out[2], loss_estimate{0.1, 0.2}, losses);
    by_ticket.observe(2, loss_estimate{0.1, 0.2}, losses);
    by_trial.fail(out[4], "no memory");
    by_ticket.fail(4, "no memory");
    by_trial.abandon(out[5], "gone");
    by_ticket.abandon(5, "gone");
    by_trial.observe(by_trial.repeat(out[3]), 0.3);
    by_ticket.observe(by_ticket.repeat(3).ticket, 0.3);
    CHECK(by_trial.suggest().unit_point == by_ticket.suggest().unit_point);
    for (std::size_t ticket = 0; ticket < by_trial.history().size(); ++ticket) {
        const auto &one = by_trial.history()[ticket].observation, &other = by_ticket.history()[ticket].observation;
        CHECK(one.status == other.status);
        CHECK((one.loss == other.loss || (std::isnan(one.loss) && std::isnan(other.loss))));
        CHECK((one.variance == other.variance || (std::isnan(one.variance) && std::isnan(other.variance))));
        CHECK(one.reason == other.reason);
        CHECK(one.document_losses == other.document_losses);
    }
}

TEST_CASE("a ticket that was never handed out or has ended is refused") {
    bayesian_search search(interval{}, {.budget = 9});
    search.suggest();
    CHECK_THROWS_WITH_AS(search.observe(1, 0.5), "trial 1 was never suggested: 1 were", input_error);
    CHECK_THROWS_AS(search.fail(7), input_error);
    CHECK_THROWS_AS(search.abandon(7), input_error);
    CHECK_THROWS_AS(search.repeat(7), input_error);
    search.observe(0, 0.5);
    CHECK_THROWS_WITH_AS(search.observe(0, 0.25), "trial 0 has ended already with the loss 0.5", input_error);
}
