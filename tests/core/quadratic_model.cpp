// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/quadratic_model.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace bouillon::detail;

namespace {

const std::vector<double> curvature = {4, 1, 0, 1, 3, 0.5, 0, 0.5, 2};  // (3, 3)

std::vector<double> bent(const std::vector<double>& step) {
    std::vector<double> change(3);
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) change[i] += curvature[i * 3 + j] * step[j];
    return change;
}

/// A model that was taught the curvature along conjugate steps, so that it knows it exactly.
quadratic_model taught() {
    quadratic_model model({1, 1, 1}, 1);
    std::vector<std::vector<double>> steps = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const double share = dot(bent(steps[j]), steps[i]) / dot(bent(steps[j]), steps[j]);
            for (std::size_t k = 0; k < 3; ++k) steps[i][k] -= share * steps[j][k];
        }
        model.learn(steps[i], bent(steps[i]));
    }
    return model;
}

}  // namespace

TEST_CASE("a model that has seen all of a quadratic function steps to its minimum") {
    const std::vector<double> x = {0.2, -0.4, 1}, minimum = {1, 2, -3};
    auto from_minimum = x;
    for (std::size_t i = 0; i < 3; ++i) from_minimum[i] -= minimum[i];
    const auto everywhere = [](std::span<double>) {};
    const auto at = taught().minimizer(x, bent(from_minimum), everywhere);
    for (std::size_t i = 0; i < 3; ++i) CHECK(at[i] == doctest::Approx(minimum[i]).epsilon(1e-12));
}

TEST_CASE("a model's step stays in the set and no coordinate of it can be improved") {
    const std::vector<double> x = {0.2, 0.4, 0.9}, minimum = {1, 2, -3};
    auto from_minimum = x;
    for (std::size_t i = 0; i < 3; ++i) from_minimum[i] -= minimum[i];
    const auto gradient = bent(from_minimum);
    const auto box = [](std::span<double> at) {
        for (double& value : at) value = std::clamp(value, 0.0, 1.0);
    };
    const auto at = taught().minimizer(x, gradient, box);
    const auto slope = bent(difference(at, x));
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(at[i] >= 0);
        CHECK(at[i] <= 1);
        const double moved = std::clamp(at[i] - gradient[i] - slope[i], 0.0, 1.0) - at[i];
        CHECK(std::abs(moved) < 1e-3);
    }
}

TEST_CASE("a step along which the gradient does not grow teaches nothing") {
    quadratic_model model({1, 1}, 4);
    const auto everywhere = [](std::span<double>) {};
    const std::vector<double> x = {0, 0}, gradient = {8, -4}, step = {1, 1}, change = {-1, 0.5};
    const auto before = model.minimizer(x, gradient, everywhere);
    model.learn(step, change);
    model.learn(step, std::vector<double>{0, 0});
    CHECK(model.minimizer(x, gradient, everywhere) == before);
    CHECK(before == std::vector<double>{-2, 1});
}

TEST_CASE("before it has learnt, a model steps down the gradient in the coordinates' lengths") {
    const quadratic_model model({2, 0.5}, 4);
    const auto everywhere = [](std::span<double>) {};
    const std::vector<double> x = {1, 1}, gradient = {8, -4};
    CHECK(model.minimizer(x, gradient, everywhere) == std::vector<double>{1 - 8.0 * 4 / 4, 1 + 4.0 * 0.25 / 4});
}
