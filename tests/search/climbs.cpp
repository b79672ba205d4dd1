// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/climbs.hpp>

#include <bouillon/surrogate/gaussian_process.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <initializer_list>
#include <optional>
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
    data.successes = data.scores.size();
    return data;
}

/// What a climb asked for, and what it gets.
struct climber {
    gaussian_process<> model = gaussian_process<>(1);
    detail::climbs climbs = {};
    std::vector<training_data> known = {};  // of each surrogate that was asked
    double promised = 1;                    // the gain of whatever is suggested
    std::size_t freedom = 1;                // of the space, as the climbs are told

    std::optional<point> next(const training_data& data, double gain, std::size_t trials = 20) {
        model.fit(data.points, data.scores, data.variances);
        known.clear();
        const auto suggest = [&](const auto& local, const training_data& others, const auto& allowed) {
            CHECK(local.data().size() == others.scores.size());
            known.push_back(others);
            for (const double x : {0.2, 0.5, 0.8})
                if (allowed(point{x})) return detail::suggestion{{x}, promised};
            return detail::suggestion{{1.0}, promised};
        };
        const auto next = climbs.go_on(model, data, {trials, freedom}, suggest);
        return next ? next : climbs.begin(model, data, gain, {trials, freedom}, suggest);
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
    CHECK(search.known[0].scores.size() == 5);
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
    CHECK(search.known[1].scores.size() == 5);
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
    one_hill.successes = one_hill.scores.size();
    CHECK_FALSE(climber{}.next(one_hill, 1e-6));
}
