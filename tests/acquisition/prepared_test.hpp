// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

/// A surrogate of `count` scores with noise of a standard deviation, 0 for certain ones, which is known.
inline bouillon::gaussian_process<> surrogate_of(std::size_t count, std::size_t dimension, double noise,
                                                 std::uint64_t seed = 3, double factor = 1) {
    auto engine = bouillon::make_engine(seed);
    std::vector<double> points, scores;
    for (std::size_t i = 0; i < count; ++i) {
        double score = noise * bouillon::normal(engine);
        for (std::size_t k = 0; k < dimension; ++k) {
            points.push_back(bouillon::uniform(engine));
            score += std::sin(5 * points.back() + static_cast<double>(k));
        }
        scores.push_back(factor * score);
    }
    bouillon::gaussian_process<> surrogate(dimension);
    surrogate.fit(points, scores, std::vector<double>(count, factor * factor * noise * noise));
    return surrogate;
}

inline std::vector<double> points_in_cube(std::size_t count, std::size_t dimension, std::uint64_t seed = 8) {
    auto engine = bouillon::make_engine(seed);
    std::vector<double> points(count * dimension);
    for (double& coordinate : points) coordinate = bouillon::uniform(engine);
    return points;
}

/// The state that a search would give: the largest mean among the data's points.
inline bouillon::search_state state_of(const bouillon::gaussian_process<>& surrogate, std::vector<double> region = {}) {
    std::vector<double> means(surrogate.size()), deviations(surrogate.size());
    surrogate.predict(surrogate.data().points, means, deviations);
    return {.best = *std::max_element(means.begin(), means.end()),
            .trial = surrogate.size(),
            .dimension = surrogate.dimension(),
            .region = std::move(region)};
}

template <class Prepared>
double value_at(const Prepared& prepared, std::span<const double> point) {
    double value = 0;
    prepared.evaluate(point, std::span<double>(&value, 1));
    return value;
}

/// Central differences along coordinate k, extrapolated from two steps.
template <class Prepared>
double slope_at(const Prepared& prepared, std::span<const double> point, std::size_t k) {
    const auto with_step = [&](double step) {
        std::vector<double> above(point.begin(), point.end()), below = above;
        above[k] += step;
        below[k] -= step;
        return (value_at(prepared, above) - value_at(prepared, below)) / (2 * step);
    };
    return (4 * with_step(1e-5) - with_step(2e-5)) / 3;
}

/// Checks that a batch has the values of its points, and that gradients agree with central differences.
template <class Prepared>
void check_prepared(const Prepared& prepared, std::size_t dimension) {
    const auto points = points_in_cube(300, dimension);
    std::vector<double> values(300), gradient(dimension);
    prepared.evaluate(points, values);
    for (std::size_t i = 0; i < 300; i += 13) {
        const auto point = std::span(points).subspan(i * dimension, dimension);
        CHECK(values[i] == doctest::Approx(value_at(prepared, point)).epsilon(1e-9));
        CHECK(prepared.evaluate_gradient(point, gradient) == doctest::Approx(values[i]).epsilon(1e-9));
        for (std::size_t k = 0; k < dimension; ++k) {
            const double slope = slope_at(prepared, point, k);
            CHECK(std::abs(gradient[k] - slope) < 1e-6 * (1 + std::abs(slope) + std::abs(values[i])));
        }
    }
}
