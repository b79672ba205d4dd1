// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/acquisition/formula.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>
#include <bouillon/testing/random_numbers.hpp>
#include <bouillon/testing/violations.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// How closely an acquisition's numbers must agree, relative to 1 and their own size.
struct acquisition_tolerances {
    double values = 1e-9;     ///< of one point alone and of the same in a batch
    double gradients = 1e-4;  ///< with differences of the values, which are rough where scores are certain
};

namespace detail {

/// What the scores of a test surrogate are.
struct wave_scores {
    std::size_t count = 15;  ///< observations
    double noise = 0;        ///< standard deviation, known; 0 for certain scores
    std::uint64_t seed = 3;
    double factor = 1, shift = 0;  ///< of the scores
};

/// A surrogate that has seen noisy waves at random points.
inline gaussian_process<> surrogate_of(const wave_scores& waves, std::size_t dimension) {
    random_engine engine = make_engine(waves.seed);
    std::vector<double> points, scores;  // (count, dimension), (count)
    for (std::size_t i = 0; i < waves.count; ++i) {
        double score = waves.noise * normal(engine);
        for (std::size_t k = 0; k < dimension; ++k) {
            points.push_back(uniform(engine));
            score += std::sin(5 * points.back() + static_cast<double>(k));
        }
        scores.push_back(waves.factor * score + waves.shift);
    }
    gaussian_process<> surrogate(dimension, {}, {.priors = {.roughness = no_roughness}});
    const double deviation = waves.factor * waves.noise;
    surrogate.fit(points, scores, std::vector<double>(waves.count, deviation * deviation));
    return surrogate;
}

/// The state that a search would give: the largest mean among the data's points.
inline search_state state_of(const gaussian_process<>& surrogate, std::vector<double> region = {}) {
    std::vector<double> means(surrogate.size()), deviations(surrogate.size());  // (n), (n)
    surrogate.predict(surrogate.data().points, means, deviations);
    return {.best = *std::max_element(means.begin(), means.end()),
            .trial = surrogate.size(),
            .dimension = surrogate.dimension(),
            .region = std::move(region)};
}

template <prepared_acquisition Prepared>
double value_at(const Prepared& prepared, std::span<const double> point) {
    double value = 0;
    prepared.evaluate(point, std::span<double>(&value, 1));
    return value;
}

/// Central differences along coordinate k, extrapolated from two steps.
template <prepared_acquisition Prepared>
double slope_at(const Prepared& prepared, std::span<const double> point, std::size_t k) {
    const auto with_step = [&](double step) {
        std::vector<double> above(point.begin(), point.end()), below = above;
        above[k] += step;
        below[k] -= step;
        return (value_at(prepared, above) - value_at(prepared, below)) / (2 * step);
    };
    return (4 * with_step(1e-5) - with_step(2e-5)) / 3;
}

template <prepared_acquisition Prepared>
void check_gradient(law_book& book, const Prepared& prepared, std::span<const double> point, double value,
                    const acquisition_tolerances& tolerances) {
    const auto here = [&] { return " at " + in_brackets(point); };
    std::vector<double> gradient(point.size());
    book.require_near(prepared.evaluate_gradient(point, gradient), value, tolerances.values,
                      "evaluate_gradient returns the value", [&] { return "what it returns" + here(); });
    for (std::size_t k = 0; k < gradient.size(); ++k) {
        const double slope = slope_at(prepared, point, k);
        book.require(
            std::abs(gradient[k] - slope) <= tolerances.gradients * (1 + std::abs(slope) + std::abs(value)),
            "gradients agree with differences of the values",
            [&] { return "the gradient's coordinate " + to_string(k) + here() + law_book::both(gradient[k], slope); });
    }
}

template <prepared_acquisition Prepared>
void check_prepared(law_book& book, const Prepared& prepared, std::size_t dimension,
                    const acquisition_tolerances& tolerances) {
    constexpr std::size_t count = 300;
    const auto points = uniform_numbers(count * dimension, 8);  // (count, dimension)
    std::vector<double> values(count), reversed_values(count);
    prepared.evaluate(points, values);
    std::vector<double> reversed;  // (count, dimension)
    for (std::size_t i = count; i > 0; --i)
        reversed.insert(reversed.end(), &points[(i - 1) * dimension], &points[i * dimension - 1] + 1);
    prepared.evaluate(reversed, reversed_values);
    for (std::size_t i = 0; i < count; ++i) {
        const auto point = std::span(points).subspan(i * dimension, dimension);
        book.require_near(reversed_values[count - 1 - i], values[i], tolerances.values,
                          "the order of a batch makes no difference",
                          [&] { return "the value at " + in_brackets(point) + " in another order"; });
        if (i % 13 != 0) continue;
        book.require_near(values[i], value_at(prepared, point), tolerances.values,
                          "a batch has the values of its points",
                          [&] { return "the value in a batch at " + in_brackets(point); });
        check_gradient(book, prepared, point, values[i], tolerances);
    }
}

/// Values must not change when scores are scaled and shifted, to the last bit where that rounds nothing.
template <class Acquisition>
void check_scales(law_book& book, const Acquisition& acquisition) {
    const auto points = uniform_numbers(40, 8);  // (20, 2)
    const auto values_of = [&](const wave_scores& waves) {
        const auto surrogate = surrogate_of(waves, 2);
        random_engine engine = make_engine(1);
        const auto state = state_of(surrogate, uniform_numbers(60, 5));
        std::vector<double> values(20);
        prepare(acquisition, surrogate, state, engine).evaluate(points, values);
        return values;
    };
    const auto values = values_of({.count = 12, .noise = 0.2});
    const auto compare = [&](const char* change, double tolerance, const wave_scores& waves) {
        const auto changed = values_of(waves);
        for (std::size_t i = 0; i < values.size(); ++i)
            book.require_near(
                changed[i], values[i], tolerance, "neither the scale nor the offset of scores matters", [&] {
                    return "the value at " + in_brackets(std::span(points).subspan(2 * i, 2)) + " for scores " + change;
                });
    };
    compare("times 2^-20", 0, {.count = 12, .noise = 0.2, .factor = 0x1p-20});
    compare("times 1e-6", 1e-4, {.count = 12, .noise = 0.2, .factor = 1e-6});
    compare("times 1e6", 1e-4, {.count = 12, .noise = 0.2, .factor = 1e6});
    compare("plus 7", 1e-4, {.count = 12, .noise = 0.2, .shift = 7});
}

template <prepared_acquisition Prepared>
void check_numbers(law_book& book, const Prepared& prepared, std::span<const double> points, double variance) {
    std::vector<double> gradient(2);
    for (std::size_t i = 0; i < points.size(); i += 2) {
        const auto point = points.subspan(i, 2);
        const double value = value_at(prepared, point), same = prepared.evaluate_gradient(point, gradient);
        book.require(!std::isnan(value + same + gradient[0] + gradient[1]),
                     "values and gradients are numbers where observations crowd and repeat", [&] {
                         return "at " + in_brackets(point) + ", for scores of variance " + to_string(variance) +
                                ", the value is " + to_string(value) + " and the gradient " + in_brackets(gradient);
                     });
    }
}

template <class Acquisition>
void check_crowds(law_book& book, const Acquisition& acquisition) {
    for (const double variance : {0.0, 1e-12, 0.1, std::numeric_limits<double>::quiet_NaN()}) {
        std::vector<double> crowd, scores;  // (24, 2), (24)
        for (int i = 0; i < 24; ++i) {
            crowd.insert(crowd.end(), {0.5 + (i < 8 ? 0 : 1e-12 * i), 0.5 + (i < 16 ? 0 : 1e-5 * i)});
            scores.push_back(i % 3);
        }
        gaussian_process<> surrogate(2);
        surrogate.fit(crowd, scores, std::vector<double>(24, variance));
        random_engine engine = make_engine(1);
        const auto prepared = prepare(acquisition, surrogate, state_of(surrogate, crowd), engine);
        check_numbers(book, prepared, uniform_numbers(40, 8), variance);
        check_numbers(book, prepared, crowd, variance);
    }
}

/// All that is random comes from the engine, and to be told of no pending trials is to be told nothing.
template <class Acquisition>
void check_engine(law_book& book, const Acquisition& acquisition) {
    const auto surrogate = surrogate_of({.noise = 0.2}, 2);
    const auto state = state_of(surrogate, uniform_numbers(60, 5));
    const std::vector<double> point = {0.3, 0.8};
    const auto value = [&](auto... pending) {
        random_engine engine = make_engine(1);
        return value_at(prepare(acquisition, surrogate, state, pending..., engine), point);
    };
    book.require_near(value(), value(), 0, "an engine's state decides all that is random",
                      [] { return std::string("the value with the same engine once more"); });
    if constexpr (pending_acquisition_function<Acquisition, gaussian_process<>>)
        book.require_near(value(std::span<const double>()), value(), 0, "no pending trials change nothing",
                          [] { return std::string("the value with an empty list of pending trials"); });
}

}  // namespace detail

/// Whether a batch has the values of its points in any order, and gradients agree with differences of the values.
/// @param prepared what an acquisition has made ready for one suggestion
/// @param dimension of its points
/// @param tolerances how closely
template <prepared_acquisition Prepared>
violations prepared_violations(const Prepared& prepared, std::size_t dimension,
                               const acquisition_tolerances& tolerances = {}) {
    detail::law_book book;
    detail::check_prepared(book, prepared, dimension, tolerances);
    return book.sentences();
}

/// All laws of an acquisition, a formula or a function, over a Gaussian process that has seen some scores, noisy and
/// certain: those of what it prepares; that neither scale nor offset of the scores matters; that it gives numbers where
/// observations crowd; that all that is random comes from the engine.
template <class Acquisition>
requires acquisition_formula<Acquisition> || acquisition_function<Acquisition, gaussian_process<>> violations
acquisition_violations(const Acquisition& acquisition, const acquisition_tolerances& tolerances = {}) {
    detail::law_book book;
    for (const double noise : {0.2, 0.0}) {
        const auto surrogate = detail::surrogate_of({.noise = noise}, 2);
        random_engine engine = make_engine(1);
        const auto state = detail::state_of(surrogate, detail::uniform_numbers(80, 4));
        detail::check_prepared(book, prepare(acquisition, surrogate, state, engine), 2, tolerances);
    }
    detail::check_scales(book, acquisition);
    detail::check_crowds(book, acquisition);
    detail::check_engine(book, acquisition);
    return book.sentences();
}

}  // namespace bouillon
