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
#include <limits>
#include <span>
#include <utility>
#include <vector>

/// A surrogate of `count` scores with noise of a standard deviation, 0 for certain ones, which is known.
inline bouillon::gaussian_process<> surrogate_of(std::size_t count, std::size_t dimension, double noise,
                                                 std::uint64_t seed = 3, double factor = 1, double shift = 0) {
    auto engine = bouillon::make_engine(seed);
    std::vector<double> points, scores;
    for (std::size_t i = 0; i < count; ++i) {
        double score = noise * bouillon::normal(engine);
        for (std::size_t k = 0; k < dimension; ++k) {
            points.push_back(bouillon::uniform(engine));
            score += std::sin(5 * points.back() + static_cast<double>(k));
        }
        scores.push_back(factor * score + shift);
    }
    bouillon::gaussian_process<> surrogate(dimension, {}, {.priors = {.roughness = bouillon::no_roughness}});
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
void check_prepared(const Prepared& prepared, std::size_t dimension, double tolerance = 1e-6) {
    const auto points = points_in_cube(300, dimension);
    std::vector<double> values(300), gradient(dimension);
    prepared.evaluate(points, values);
    for (std::size_t i = 0; i < 300; i += 13) {
        const auto point = std::span(points).subspan(i * dimension, dimension);
        CHECK(values[i] == doctest::Approx(value_at(prepared, point)).epsilon(1e-9));
        CHECK(prepared.evaluate_gradient(point, gradient) == doctest::Approx(values[i]).epsilon(1e-9));
        for (std::size_t k = 0; k < dimension; ++k) {
            const double slope = slope_at(prepared, point, k);
            CHECK(std::abs(gradient[k] - slope) < tolerance * (1 + std::abs(slope) + std::abs(values[i])));
        }
    }
}

/// Checks that values do not change when scores are scaled and shifted, to the last bit where that rounds nothing.
template <class Acquisition>
void check_invariance(const Acquisition& acquisition) {
    const auto points = points_in_cube(20, 2), region = points_in_cube(30, 2, 5);
    const auto values_of = [&](const bouillon::gaussian_process<>& surrogate) {
        auto engine = bouillon::make_engine(1);
        std::vector<double> values(20);
        acquisition.prepare(surrogate, state_of(surrogate, region), engine).evaluate(points, values);
        return values;
    };
    const auto values = values_of(surrogate_of(12, 2, 0.2));
    CHECK(values_of(surrogate_of(12, 2, 0.2, 3, 0x1p-20)) == values);
    for (const auto& changed :
         {values_of(surrogate_of(12, 2, 0.2, 3, 1e-6)), values_of(surrogate_of(12, 2, 0.2, 3, 1e6)),
          values_of(surrogate_of(12, 2, 0.2, 3, 1, 7))})
        for (std::size_t i = 0; i < 20; ++i) CHECK(changed[i] == doctest::Approx(values[i]).epsilon(1e-4));
}

/// Checks that nothing is NaN where points crowd and repeat, with and without noise.
template <class Acquisition>
void check_crowds(const Acquisition& acquisition) {
    const auto points = points_in_cube(20, 2);
    for (const double variance : {0.0, 1e-12, 0.1, std::numeric_limits<double>::quiet_NaN()}) {
        std::vector<double> crowd, scores, gradient(2);
        for (int i = 0; i < 24; ++i) {
            crowd.insert(crowd.end(), {0.5 + (i < 8 ? 0 : 1e-12 * i), 0.5 + (i < 16 ? 0 : 1e-5 * i)});
            scores.push_back(i % 3);
        }
        bouillon::gaussian_process<> surrogate(2);
        surrogate.fit(crowd, scores, std::vector<double>(24, variance));
        auto engine = bouillon::make_engine(1);
        const auto prepared = acquisition.prepare(surrogate, state_of(surrogate, crowd), engine);
        for (const auto& at : {std::span(points), std::span(std::as_const(crowd))})
            for (std::size_t i = 0; i < at.size(); i += 2) {
                CHECK_FALSE(std::isnan(value_at(prepared, at.subspan(i, 2))));
                CHECK_FALSE(std::isnan(prepared.evaluate_gradient(at.subspan(i, 2), gradient)));
                CHECK_FALSE(std::isnan(gradient[0] + gradient[1]));
            }
    }
}
