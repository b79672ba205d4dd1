// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/climbs.hpp>

#include <bouillon/surrogate/gaussian_process.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

using point = std::vector<double>;

/// Scores on a line with two hills of the given heights, at 0.2 and at 0.8.
training_data two_hills(double first, double second) {
    training_data data;
    for (const double away : {0.0, 0.02, -0.02, 0.05, -0.05}) {
        data.add(point{0.2 + away}, first - 100 * away * away, 0);
        data.add(point{0.8 + away}, second - 100 * away * away, 0);
    }
    data.successes = data.size();
    return data;
}

/// What a climb asked for, and what it gets.
struct climber {
    climb_options options = {};
    gaussian_process<> model = gaussian_process<>(1);
    detail::climbs<gaussian_process<>> climbs = detail::climbs<gaussian_process<>>(options);
    std::vector<training_data> known = {};  // of each surrogate that was asked for a proposal elsewhere
    std::vector<double> last_fit = {};      // of the last of them, the kernel's hyper-parameters
    double promised = 1;                    // the improvement of whatever is proposed there
    std::size_t freedom = 1;                // of the space, as the climbs are told

    /// The next point elsewhere; nothing where the search goes on with all that it knows.
    std::optional<point> next(const training_data& data, double improvement, std::size_t trials = 20) {
        const point everywhere = {2};
        model.fit(data.points, data.scores, data.variances);
        known.clear();
        const auto propose = [&](const auto& local, const training_data& others,
                                 function_ref<bool(std::span<const double>)> allow = anywhere) {
            if (allow(point{0.2}) && allow(point{0.8})) return detail::proposal{everywhere, improvement};
            CHECK(local.data().size() == others.size());
            known.push_back(others);
            last_fit = local.hyper_parameters().kernel;
            for (const double x : {0.2, 0.5, 0.8})
                if (allow(point{x})) return detail::proposal{{x}, promised};
            return detail::proposal{{1.0}, promised};
        };
        const point chosen = climbs.next(model, data, {trials, freedom}, propose);
        return chosen == everywhere ? std::nullopt : std::optional(chosen);
    }
};

bool all_beyond(const training_data& data, double x) {
    for (const double coordinate : data.points)
        if (coordinate < x) return false;
    return true;
}

}  // namespace

TEST_CASE("a search that has not converged, or has few trials left, is led nowhere else") {
    const training_data data = two_hills(1, 0.9);
    CHECK_FALSE(climber{}.next(data, 6e-3));
    CHECK_FALSE(climber{}.next(data, 1e-6, 3));
    CHECK(climber{}.next(data, 4e-3, 4));
}

TEST_CASE("a climb elsewhere knows nothing of the best basin and stays out of it") {
    climber search;
    const auto next = search.next(two_hills(1, 0.9), 1e-3);
    REQUIRE(next);
    CHECK(next->front() > 0.4);
    REQUIRE(search.known.size() == 1);
    CHECK(search.known[0].size() == 5);
    CHECK(all_beyond(search.known[0], 0.5));
}

TEST_CASE("a climb that has ended below the best basin leads back there, without what it learned") {
    climber search;
    REQUIRE(search.next(two_hills(1, 0.9), 1e-3));
    search.promised = 5e-3;  // too little for another basin, enough for the best one
    const auto next = search.next(two_hills(1, 0.9), 1e-3);
    REQUIRE(next);
    CHECK(next->front() == 0.2);
    REQUIRE(search.known.size() == 2);
    CHECK(all_beyond(search.known[0], 0.5));
    CHECK_FALSE(all_beyond(search.known[1], 0.5));
    CHECK(search.known[1].size() == 5);
    SUBCASE("until that one has converged as well") {
        search.promised = 1e-5;
        CHECK_FALSE(search.next(two_hills(1, 0.9), 1e-3));
        CHECK_FALSE(search.next(two_hills(1, 0.9), 1e-3));  // a second climb begins only below 1e-4
        CHECK(search.known.empty());
    }
}

TEST_CASE("a climb that has found a better basin goes on to its end") {
    climber search;
    REQUIRE(search.next(two_hills(1, 0.9), 1e-3));
    search.promised = 5e-3;
    const auto next = search.next(two_hills(1, 1.1), 1, 1);  // even with its last trial
    REQUIRE(next);
    CHECK(next->front() > 0.4);
    CHECK(search.known.size() == 1);
    search.promised = 1e-5;
    CHECK_FALSE(search.next(two_hills(1, 1.1), 1));
}

TEST_CASE("a climb that has not found a better basin is given up in time to return") {
    climber search;
    REQUIRE(search.next(two_hills(1, 0.9), 1e-3));
    const auto next = search.next(two_hills(1, 0.9), 1e-3, 1);
    REQUIRE(next);
    CHECK(next->front() == 0.2);
}

TEST_CASE("above eight degrees of freedom the first climb is left late and the next one given up early") {
    const training_data data = two_hills(1, 0.9);
    climber search, few;
    search.freedom = 9;
    few.freedom = 8;
    CHECK_FALSE(search.next(data, 1e-3, 200));
    CHECK(few.next(data, 1e-3, 200));
    REQUIRE(search.next(data, 5e-5, 200));
    REQUIRE(search.next(data, 1, 28));
    CHECK(search.known.size() == 1);  // still away
    const auto next = search.next(data, 1, 27);
    REQUIRE(next);
    CHECK(next->front() == 0.2);
    REQUIRE(few.next(data, 1, 9));
    CHECK(few.known.size() == 1);
}

TEST_CASE("where nothing is known outside of the basins a search goes on as it was") {
    training_data one_hill;
    for (const double away : {0.0, 0.02, -0.02, 0.05, -0.05}) one_hill.add(point{0.2 + away}, -100 * away * away, 0);
    one_hill.successes = one_hill.size();
    CHECK_FALSE(climber{}.next(one_hill, 1e-6));
}

TEST_CASE("a search that is told to stay goes nowhere else") {
    CHECK_FALSE(climber{.options = {.elsewhere = false}}.next(two_hills(1, 0.9), 0));
}

TEST_CASE("when a climb begins and ends is for the options to say") {
    const training_data data = two_hills(1, 0.9);
    CHECK(climber{.options = {.first_convergence = 1e-2}}.next(data, 6e-3));
    CHECK_FALSE(climber{.options = {.first_convergence = 1e-4}}.next(data, 1e-3));
    CHECK_FALSE(climber{.options = {.few_dimensions = 0}}.next(data, 1e-3));
    CHECK(climber{.options = {.later_convergence = 1e-2, .few_dimensions = 0}}.next(data, 1e-3));
    CHECK(climber{.options = {.trials_to_begin = 2}}.next(data, 1e-6, 3));
    CHECK_FALSE(climber{.options = {.fewest_known = 6}}.next(data, 1e-6));
    CHECK_FALSE(climber{.options = {.basin_radius = 1000}}.next(data, 1e-6));
    SUBCASE("a climb below the best basin returns by improvement") {
        climber search{.options = {.least_away = 1e-3}};
        REQUIRE(search.next(data, 1e-3));
        search.promised = 5e-3;
        CHECK(search.next(data, 1e-3)->front() > 0.4);
        search.promised = 5e-4;
        CHECK(search.next(data, 1e-3)->front() == 0.2);
        search.promised = 5e-5;
        CHECK_FALSE(search.next(data, 1e-3));
    }
    SUBCASE("and by trials") {
        climber search{.options = {.trials_to_return = 4}};
        REQUIRE(search.next(data, 1e-3));
        CHECK(search.next(data, 1e-3, 5)->front() > 0.4);
        CHECK(search.next(data, 1e-3, 4)->front() == 0.2);
    }
    SUBCASE("the best basin's own end is another one") {
        climber search{.options = {.least_home = 1e-6}};
        REQUIRE(search.next(data, 1e-3));
        search.promised = 5e-5;
        CHECK(search.next(data, 1e-3)->front() == 0.2);
    }
}

TEST_CASE("each climb begins with a surrogate of its own, however many trials there are") {
    training_data data;  // 140 scores of each of two hills, of which the second is twice as wide
    for (int i = -70; i < 70; ++i) {
        const double away = 0.05 * i / 70, score = -100 * away * away;
        data.add(point{0.2 + away}, 1 + score, 1e-4);
        data.add(point{0.75 + 2 * away}, 0.9 + score, 1e-4);
    }
    data.successes = data.size();
    climber search{.options = {.basin_radius = 1}};
    REQUIRE(search.next(data, 1e-3));
    search.promised = 5e-3;  // too little for another basin, enough for the best one
    REQUIRE(search.next(data, 1e-3));
    REQUIRE(search.known.size() == 2);  // away, then home
    auto fresh = search.model;
    fresh.fit(search.known[1].points, search.known[1].scores, search.known[1].variances);
    CHECK(search.last_fit == fresh.hyper_parameters().kernel);
}
