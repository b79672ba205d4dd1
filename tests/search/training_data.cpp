// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/training_data.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace bouillon;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Trials at 0, 0.1, 0.2, ...
history with_trials(std::size_t n) {
    history trials;
    for (std::size_t i = 0; i < n; ++i) {
        const double x = 0.1 * static_cast<double>(i);
        trials.suggest({i, {x}, {x}, {}});
    }
    return trials;
}

}  // namespace

TEST_CASE("a point of the data has the coordinates that were added") {
    training_data data;
    data.add(std::vector{0.1, 0.2}, 1, 0);
    data.add(std::vector{0.3, 0.4}, 2, 0);
    CHECK(data.size() == 2);
    CHECK(std::vector(data.point(1).begin(), data.point(1).end()) == std::vector{0.3, 0.4});
}

TEST_CASE("scores are minus the losses, and failures stand last, half the range below the worst") {
    history trials = with_trials(4);
    trials.observe(trials[0].trial, 2, 0.25);
    trials.fail(trials[1].trial, "");
    trials.observe(trials[2].trial, 6, 0.5);
    training_data data;
    add_trials(data, trials);
    CHECK(data.scores == std::vector{-2.0, -6.0, -8.0});
    CHECK(data.variances == std::vector{0.25, 0.5, 0.5});
    CHECK(data.points == std::vector{0.0, 0.2, 0.1});
    CHECK(data.successes == 2);
}

TEST_CASE("what was known before counts as a success") {
    history trials = with_trials(1);
    trials.fail(trials[0].trial, "");
    training_data data;
    data.add(std::vector{0.9}, -1, unknown);
    add_trials(data, trials);
    CHECK(data.successes == 1);
    CHECK(data.scores == std::vector{-1.0, -2.0});
    CHECK(std::isnan(data.variances[1]));
}

TEST_CASE("failures alone teach nothing") {
    history trials = with_trials(2);
    trials.fail(trials[0].trial, "");
    training_data data;
    add_trials(data, trials);
    CHECK(data.successes == 0);
    CHECK(data.scores.empty());
}

TEST_CASE("an imputed score is below all others even where these are all equal") {
    CHECK(imputed_score(std::vector{1.0, 3.0}, std::vector{0.0, 4.0}) == 0);
    CHECK(imputed_score(std::vector{-3.0}, std::vector{0.0}) == -6);
    CHECK(imputed_score(std::vector{0.0, 0.0}, std::vector<double>{0, NAN}) == -1);
    CHECK(imputed_score(std::vector{-3.0, -3.0}, std::vector{4.0, 4.0}) == -5);  // wherever 0 is
}
