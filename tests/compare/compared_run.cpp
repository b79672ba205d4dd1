// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/compared_run.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace bouillon;

namespace {

compared_run run() {
    compared_run made{.objective = "bowl", .variant = "mine", .budget = 5};
    made.minimum = 1;
    made.first_points = 2;
    made.losses = {3, 11, 2, 5, 1.01};
    made.recommended = 4;
    made.suggest_seconds = {0.1, 0.2, 0.6};
    return made;
}

}  // namespace

TEST_CASE("a run knows its lowest loss after each trial") {
    CHECK(run().best_losses() == std::vector{3.0, 3.0, 2.0, 2.0, 1.01});
    CHECK(run().best_loss() == 1.01);
    CHECK(run().trajectory()[1] == 2);
    CHECK(run().mean_suggest_seconds() == doctest::Approx(0.3));
}

TEST_CASE("a trial without a loss is never the best") {
    auto made = run();
    made.losses[0] = std::nan("");
    CHECK(std::isinf(made.best_losses()[0]));
    CHECK(made.best_losses()[1] == 11);
    CHECK(made.best_loss() == 1.01);
}

TEST_CASE("the outcome is the best regret without noise and the recommended one with noise") {
    auto made = run();
    CHECK(made.outcome() == doctest::Approx(0.01));
    made.noise = 0.5;
    CHECK(made.outcome() == 3);
    made.minimum = std::nan("");
    CHECK(made.outcome() == 4);
    made.recommended = std::nan("");
    CHECK(std::isinf(made.outcome()));
    made = run();
    made.failure = "out of ideas";
    CHECK(std::isinf(made.outcome()));
}

TEST_CASE("the area is the mean order of magnitude from the last first point on") {
    auto made = run();
    made.losses = {101, 11, 2, 1.1, 1};
    CHECK(made.area() == doctest::Approx((1 + 0 - 1 - 12) / 4.0));
}

TEST_CASE("a hundredth of the first points' range is reached at a trial or never") {
    auto made = run();
    CHECK(made.trials_to_hundredth() == 5);  // of 8
    made.losses.pop_back();
    CHECK_FALSE(made.trials_to_hundredth());
    made.losses.clear();
    CHECK_FALSE(made.trials_to_hundredth());
}
