// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/projected_gradient.hpp>

#include <bouillon/core/error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

void project_unit_box(std::span<double> x) {
    for (double& value : x) value = std::clamp(value, 0.0, 1.0);
}

/// Duchi et al. (2008): the nearest point with coordinates >= 0 that sum to 1.
void project_simplex(std::span<double> x) {
    std::vector<double> sorted(x.begin(), x.end());
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    double sum = 0, threshold = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        sum += sorted[i];
        const double candidate = (sum - 1) / static_cast<double>(i + 1);
        if (sorted[i] > candidate) threshold = candidate;
    }
    for (double& value : x) value = std::max(value - threshold, 0.0);
}

double rosenbrock(std::span<const double> x, std::span<double> gradient) {
    const double a = 1 - x[0], b = x[1] - x[0] * x[0];
    gradient[0] = -2 * a - 400 * x[0] * b;
    gradient[1] = 200 * b;
    return a * a + 100 * b * b;
}

}  // namespace

TEST_CASE("the minimum inside a set is found") {
    const auto wide = [](std::span<double> x) {
        for (double& value : x) value = std::clamp(value, -5.0, 10.0);
    };
    const auto found = minimize(rosenbrock, wide, std::vector<double>{-1.2, 1});
    CHECK(found.point[0] == doctest::Approx(1).epsilon(1e-6));
    CHECK(found.point[1] == doctest::Approx(1).epsilon(1e-6));
    CHECK(found.value < 1e-12);
    CHECK(found.evaluations < 80);
    CHECK(found.iterations < found.evaluations);
}

TEST_CASE("the minimum on a box's face is found") {
    const auto narrow = [](std::span<double> x) {
        x[0] = std::clamp(x[0], -0.5, 0.5);
        x[1] = std::clamp(x[1], -0.5, 2.0);
    };
    const auto found = minimize(rosenbrock, narrow, std::vector<double>{-0.3, 2});
    CHECK(found.point[0] == 0.5);
    CHECK(found.point[1] == doctest::Approx(0.25).epsilon(1e-6));
}

TEST_CASE("on a simplex the distance to a point is least at its projection, exact zeros included") {
    const std::vector<double> target = {0.9, 0.5, -0.3, 0.2, -1};
    const auto distance = [&](std::span<const double> x, std::span<double> gradient) {
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double scale = static_cast<double>(i + 1);
            gradient[i] = scale * (x[i] - target[i]) + 10;  // a slope that the constraint makes irrelevant
            sum += 0.5 * scale * (x[i] - target[i]) * (x[i] - target[i]) + 10 * x[i];
        }
        return sum;
    };
    const auto found = minimize(distance, project_simplex, std::vector<double>(5, 0.2), {.value_tolerance = 0});
    CHECK(std::accumulate(found.point.begin(), found.point.end(), 0.0) == doctest::Approx(1).epsilon(1e-14));
    // The multiplier m solves sum max(target_i - m/i, 0) = 1: with 1, 2 and 4 in play m = 0.6 / 1.75.
    const double multiplier = 0.6 / 1.75;
    CHECK(found.point[0] == doctest::Approx(0.9 - multiplier).epsilon(1e-6));
    CHECK(found.point[1] == doctest::Approx(0.5 - multiplier / 2).epsilon(1e-6));
    CHECK(found.point[2] == 0);
    CHECK(found.point[3] == doctest::Approx(0.2 - multiplier / 4).epsilon(1e-6));
    CHECK(found.point[4] == 0);
}

TEST_CASE("a badly scaled valley in twenty dimensions is followed to its end") {
    const auto valley = [](std::span<const double> x, std::span<double> gradient) {
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double scale = std::pow(10.0, 4.0 * static_cast<double>(i) / 19);
            gradient[i] = scale * (x[i] - 0.3);
            sum += 0.5 * scale * (x[i] - 0.3) * (x[i] - 0.3);
        }
        return sum;
    };
    const auto found = minimize(valley, project_unit_box, std::vector<double>(20, 0.9));
    for (const double value : found.point) CHECK(value == doctest::Approx(0.3).epsilon(1e-4));
    CHECK(found.evaluations < 150);
}

TEST_CASE("steps that leave the function's domain are shortened") {
    const auto barrier = [](std::span<const double> x, std::span<double> gradient) {
        gradient[0] = 1 - 0.01 / x[0];
        return x[0] > 0 ? x[0] - 0.01 * std::log(x[0]) : std::numeric_limits<double>::quiet_NaN();
    };
    const auto everywhere = [](std::span<double>) {};
    CHECK(minimize(barrier, everywhere, std::vector<double>{1}).point[0] == doctest::Approx(0.01).epsilon(1e-4));
}

TEST_CASE("the start is projected, and evaluations are counted and limited") {
    std::size_t calls = 0;
    const auto counted = [&](std::span<const double> x, std::span<double> gradient) {
        ++calls;
        for (const double value : x) REQUIRE((value >= 0 && value <= 1));
        return rosenbrock(x, gradient);
    };
    for (const std::size_t limit : {1, 2, 7}) {
        calls = 0;
        const auto found = minimize(counted, project_unit_box, std::vector<double>{-4, 9}, {.evaluations = limit});
        CHECK(found.evaluations == limit);
        CHECK(calls == limit);
    }
}

TEST_CASE("a start where nothing can be computed is returned as it is") {
    const auto never = [](std::span<const double>, std::span<double>) { return std::nan(""); };
    const auto found = minimize(never, project_unit_box, std::vector<double>{0.5, 0.25});
    CHECK(found.point == std::vector<double>{0.5, 0.25});
    CHECK(found.evaluations == 1);
}

TEST_CASE("a function that is stretched along its coordinates is minimised alike when it tells their lengths") {
    const std::vector<double> lengths = {0.125, 16};
    const auto stretched = [&](std::span<const double> x, std::span<double> gradient) {
        const std::vector<double> plain = {x[0] / lengths[0], x[1] / lengths[1]};
        const double value = rosenbrock(plain, gradient);
        for (std::size_t i = 0; i < 2; ++i) gradient[i] /= lengths[i];
        return value;
    };
    const auto everywhere = [](std::span<double>) {};
    projected_gradient_options options{.gradient_tolerance = 0};
    const auto plain = minimize(rosenbrock, everywhere, std::vector<double>{-1.2, 1}, options);
    options.lengths = lengths;
    const auto scaled = minimize(stretched, everywhere, std::vector<double>{-1.2 * lengths[0], lengths[1]}, options);
    CHECK(scaled.evaluations == plain.evaluations);
    for (std::size_t i = 0; i < 2; ++i)
        CHECK(scaled.point[i] / lengths[i] == doctest::Approx(plain.point[i]).epsilon(1e-9));
}

TEST_CASE("options with which no minimisation ends are refused by name and value") {
    CHECK_NOTHROW(check(projected_gradient_options{.gradient_tolerance = 0, .value_tolerance = 0}));
    const auto refused = [](const projected_gradient_options& options, const char* message) {
        CHECK_THROWS_WITH_AS(check(options, "fit"), message, input_error);
        const auto parabola = [](std::span<const double> x, std::span<double> gradient) {
            gradient[0] = 2 * x[0];
            return x[0] * x[0];
        };
        CHECK_THROWS_AS(minimize(
                            parabola, [](std::span<double>) {}, std::vector{1.0}, options),
                        input_error);
    };
    refused({.evaluations = 0}, "fit.evaluations is 0, but it must be 1 or more");
    refused({.gradient_tolerance = -1}, "fit.gradient_tolerance is -1, but it must be 0 or more");
    refused({.gradient_tolerance = NAN}, "fit.gradient_tolerance is nan, but it must be 0 or more");
    refused({.value_tolerance = NAN}, "fit.value_tolerance is nan, but it must be 0 or more");
    refused({.first_step = 0}, "fit.first_step is 0, but it must be above 0 and finite");
    refused({.first_step = INFINITY}, "fit.first_step is inf, but it must be above 0 and finite");
    refused({.lengths = {0}}, "fit.lengths[0] is 0, but it must be above 0 and finite");
    refused({.lengths = {1, NAN}}, "fit.lengths[1] is nan, but it must be above 0 and finite");
    const auto flat = [](std::span<const double>, std::span<double> gradient) {
        gradient[0] = 0;
        return 0.0;
    };
    CHECK_THROWS_WITH_AS(minimize(flat, [](std::span<double>) {}, std::vector{1.0}, {.lengths = {1, 1}}),
                         "projected_gradient_options.lengths.size() is 2, but it must be 0 or the dimension, 1",
                         input_error);
}
