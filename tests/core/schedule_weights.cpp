// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/schedule_weights.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using namespace bouillon;

namespace {

void check_near(const std::vector<double>& weights, const std::vector<double>& expected) {
    REQUIRE(weights.size() == expected.size());
    for (std::size_t k = 0; k < weights.size(); ++k) CHECK(weights[k] == doctest::Approx(expected[k]).epsilon(1e-12));
}

std::vector<std::vector<double>> every_schedule(std::size_t checkpoints) {
    return {uniform_weights(checkpoints), moving_average_weights(checkpoints, 0.2),
            decay_weights(checkpoints, linear_decay{}), decay_weights(checkpoints, cosine_decay{}),
            decay_weights(checkpoints, minus_sqrt_decay{})};
}

/// The same merge as training does it: what was learnt in each interval, at the rate that the decay has there.
template <class Decay>
double trained(const std::vector<double>& checkpoints, const Decay& decay) {
    double parameter = checkpoints[0];
    for (std::size_t i = 1; i < checkpoints.size(); ++i)
        parameter += decay(static_cast<double>(i) / static_cast<double>(checkpoints.size())) *
                     (checkpoints[i] - checkpoints[i - 1]);
    return parameter;
}

}  // namespace

TEST_CASE("the weights of a schedule are not negative and sum to one") {
    for (std::size_t checkpoints = 1; checkpoints <= 40; ++checkpoints)
        for (const auto& weights : every_schedule(checkpoints)) {
            CHECK(weights.size() == checkpoints);
            CHECK(*std::min_element(weights.begin(), weights.end()) >= 0);
            CHECK(std::accumulate(weights.begin(), weights.end(), 0.0) == doctest::Approx(1).epsilon(1e-13));
        }
}

TEST_CASE("schedules of four checkpoints have the weights that a hand computes") {
    check_near(uniform_weights(4), {0.25, 0.25, 0.25, 0.25});
    check_near(moving_average_weights(4, 0.5), {0.125, 0.125, 0.25, 0.5});
    check_near(moving_average_weights(4, 0.2), {0.512, 0.128, 0.16, 0.2});
    check_near(decay_weights(4, linear_decay{}), {0.25, 0.25, 0.25, 0.25});
    check_near(decay_weights(4, minus_sqrt_decay{}),
               {0.5, 0.20710678118654752, 0.1589186225978911, 0.1339745962155614});
    check_near(decay_weights(4, cosine_decay{}),
               {0.14644660940672624, 0.35355339059327376, 0.35355339059327376, 0.14644660940672624});
}

TEST_CASE("a moving average's weight that is refused is shown as it is") {
    CHECK_THROWS_WITH_AS(
        moving_average_weights(3, -1e-9),
        "the newest checkpoint's weight in a moving average is -1e-09, but it must lie between 0 and 1, "
        "neither included",
        input_error);
}

TEST_CASE("a moving average is what comes of averaging in one checkpoint after the other") {
    const std::vector<double> checkpoints{3.0, -1.0, 4.0, 1.5, -9.0};
    double average = checkpoints[0];
    for (std::size_t k = 1; k < checkpoints.size(); ++k) average += 0.3 * (checkpoints[k] - average);
    const auto weights = moving_average_weights(checkpoints.size(), 0.3);
    CHECK(std::inner_product(weights.begin(), weights.end(), checkpoints.begin(), 0.0) == doctest::Approx(average));
}

TEST_CASE("decay-shaped weights merge to what training under that decay comes to") {
    const std::vector<double> checkpoints{3.0, -1.0, 4.0, 1.5, -9.0, 2.5};
    const auto compare = [&](const auto& decay) {
        const auto weights = decay_weights(checkpoints.size(), decay);
        CHECK(std::inner_product(weights.begin(), weights.end(), checkpoints.begin(), 0.0) ==
              doctest::Approx(trained(checkpoints, decay)).epsilon(1e-12));
    };
    compare(linear_decay{});
    compare(cosine_decay{});
    compare(minus_sqrt_decay{});
}

TEST_CASE("a moving average refuses a weight of the newest that leaves nothing to average") {
    for (const double newest : {0.0, 1.0, -0.1, 1.5, std::nan("")})
        CHECK_THROWS_AS(moving_average_weights(3, newest), input_error);
}
