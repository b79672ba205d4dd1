// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/thompson_sampling.hpp>

#include "prepared_test.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

static_assert(acquisition_function<thompson_sampling, gaussian_process<>>);
static_assert(!pending_acquisition_function<thompson_sampling, gaussian_process<>>);

TEST_CASE("the paths have the posterior's means and covariances at the region and at the data") {
    const auto surrogate = surrogate_of(6, 2, 0.2);
    const auto region = points_in_cube(3, 2, 4);
    const auto state = state_of(surrogate, region);
    std::vector<double> points = region;  // (4, 2)
    points.insert(points.end(), surrogate.data().points.begin(), surrogate.data().points.begin() + 2);
    const auto belief = predict_jointly(surrogate, points);
    constexpr std::size_t draws = 10000;
    std::vector<double> values(4), sums(4), products(16);
    for (std::size_t s = 0; s < draws; ++s) {
        auto engine = make_engine(1, s);
        thompson_sampling{}.prepare(surrogate, state, engine).evaluate(points, values);
        for (std::size_t a = 0; a < 4; ++a) {
            sums[a] += values[a] / draws;
            for (std::size_t b = 0; b < 4; ++b)
                products[a * 4 + b] += (values[a] - belief.means[a]) * (values[b] - belief.means[b]) / draws;
        }
    }
    for (std::size_t a = 0; a < 4; ++a) {
        const double spread = std::sqrt(belief.covariance[a * 5]);
        CHECK(std::abs(sums[a] - belief.means[a]) < 4 * spread / std::sqrt(draws));
        for (std::size_t b = 0; b < 4; ++b)
            CHECK(std::abs(products[a * 4 + b] - belief.covariance[a * 4 + b]) <
                  6 * spread * std::sqrt(belief.covariance[b * 5] / draws));
    }
}

TEST_CASE("the gradient of a path agrees with central differences") {
    auto engine = make_engine(1);
    const auto surrogate = surrogate_of(10, 2, 0.2);
    check_prepared(thompson_sampling{}.prepare(surrogate, state_of(surrogate, points_in_cube(40, 2)), engine), 2);
    check_prepared(thompson_sampling{}.prepare(surrogate, state_of(surrogate), engine), 2);
}

TEST_CASE("each draw is another function, and an engine's state gives it again") {
    const auto surrogate = surrogate_of(5, 1, 0.2);
    const auto state = state_of(surrogate, {0.1, 0.5, 0.9});
    auto engine = make_engine(1), same = make_engine(1);
    const auto one = thompson_sampling{}.prepare(surrogate, state, engine);
    const auto other = thompson_sampling{}.prepare(surrogate, state, engine);
    const std::vector<double> x = {0.5};
    CHECK(value_at(one, x) != value_at(other, x));
    CHECK(value_at(one, x) == value_at(thompson_sampling{}.prepare(surrogate, state, same), x));
}

TEST_CASE("a fine grid on one dimension, where covariances are all but singular, is drawn smoothly") {
    const auto surrogate = surrogate_of(6, 1, 0.1);
    std::vector<double> grid(257), values(257);
    for (std::size_t i = 0; i < 257; ++i) grid[i] = static_cast<double>(i) / 256;
    auto engine = make_engine(1);
    thompson_sampling{}.prepare(surrogate, state_of(surrogate, grid), engine).evaluate(grid, values);
    for (std::size_t i = 0; i + 1 < 257; ++i) CHECK(std::abs(values[i + 1] - values[i]) < 0.3);
}

TEST_CASE("before any data, and without a region, there is a function all the same") {
    const gaussian_process<> surrogate(2);
    auto engine = make_engine(1);
    CHECK(std::isfinite(value_at(thompson_sampling{}.prepare(surrogate, {}, engine), std::vector{0.2, 0.3})));
}

TEST_CASE("Thompson sampling keeps the laws of an acquisition") {
    check_laws(acquisition_violations(thompson_sampling{}));
}
