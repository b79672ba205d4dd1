// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/maximize.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/simplex.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

/// minus the squared distance to a centre
struct hill {
    std::vector<double> centre;

    void evaluate(std::span<const double> points, std::span<double> values) const {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double r = distance(points.subspan(i * centre.size(), centre.size()), centre);
            values[i] = -r * r;
        }
    }
    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
        for (std::size_t k = 0; k < gradient.size(); ++k) gradient[k] = -2 * (point[k] - centre[k]);
        std::vector<double> value(1);
        evaluate(point, value);
        return value[0];
    }
};

/// Many local maxima on a line, the largest of them at x with sin(40 x) = 1 closest to 0.7.
struct waves {
    void evaluate(std::span<const double> points, std::span<double> values) const {
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = std::sin(40 * points[i]) - (points[i] - 0.7) * (points[i] - 0.7);
    }
    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
        gradient[0] = 40 * std::cos(40 * point[0]) - 2 * (point[0] - 0.7);
        std::vector<double> value(1);
        evaluate(point, value);
        return value[0];
    }
};

/// Nowhere a number.
struct undefined {
    void evaluate(std::span<const double>, std::span<double> values) const {
        std::fill(values.begin(), values.end(), NAN);
    }
    double evaluate_gradient(std::span<const double>, std::span<double> gradient) const {
        std::fill(gradient.begin(), gradient.end(), NAN);
        return NAN;
    }
};

}  // namespace

TEST_CASE("a maximum inside a box is found to the local search's precision") {
    random_engine engine = make_engine(1);
    const box space{{0, 0, 0}, {1, 1, 1}};
    const hill target{{0.2, 0.9, 0.4}};
    const auto highest = maximize(target, space, engine);
    CHECK(distance(highest.unit_point, target.centre) < 1e-5);
    CHECK(highest.value == doctest::Approx(0).epsilon(1e-9));
}

TEST_CASE("on one dimension the best of many local maxima is found") {
    random_engine engine = make_engine(1);
    const auto highest = maximize(waves{}, interval{}, engine);
    double best = -10;
    for (int i = 0; i <= 1000000; ++i) {
        const double x = i * 1e-6;
        best = std::max(best, std::sin(40 * x) - (x - 0.7) * (x - 0.7));
    }
    CHECK(highest.value == doctest::Approx(best).epsilon(1e-9));
}

TEST_CASE("a maximum outside of the simplex is found at its projection, with exact zeros") {
    random_engine engine = make_engine(1);
    const simplex space{4};
    const hill target{{1.5, 0.9, -0.3, 0.0}};
    std::vector<double> expected = target.centre;
    space.project(expected);
    const auto highest = maximize(target, space, engine);
    CHECK(distance(highest.unit_point, expected) < 1e-5);
    CHECK(highest.unit_point[2] == 0);
    CHECK(highest.unit_point[3] == 0);
}

TEST_CASE("points taken already are kept away from") {
    const box space{{0, 0}, {1, 1}};
    const hill target{{0.5, 0.5}};
    random_engine engine = make_engine(1);
    const std::vector<std::vector<double>> taken = {target.centre};
    const auto highest =
        maximize(target, space, engine, {.incumbent = target.centre, .taken = taken, .smallest_distance = 0.01});
    CHECK(distance(highest.unit_point, target.centre) >= 0.01);
    CHECK(distance(highest.unit_point, target.centre) < 0.1);
}

TEST_CASE("only what is allowed is found, and where nothing is, the farthest from those taken") {
    const hill target{{0.2, 0.5}};
    const std::vector<std::vector<double>> taken = {target.centre};
    const auto find = [&](double edge) {
        random_engine engine = make_engine(1);
        const auto beyond = [&](std::span<const double> point) { return point[0] >= edge; };
        const maximize_request request{.taken = taken, .smallest_distance = 0.1, .allow = beyond};
        return maximize(target, box{{0, 0}, {1, 1}}, engine, request).unit_point;
    };
    const auto right = find(0.6);
    CHECK(right[0] >= 0.6);
    CHECK(distance(right, std::vector{0.6, 0.5}) < 0.1);  // near the edge, where the hill is highest
    CHECK(distance(find(2), target.centre) > 0.8);        // a corner on the right
}

TEST_CASE("where no point is far enough from those taken the farthest is found, not one of them again") {
    random_engine engine = make_engine(1);
    const std::vector<std::vector<double>> taken = {{0.0}, {0.4}, {1.0}};
    const auto highest =
        maximize(hill{{0.4}}, box{{0}, {1}}, engine, {.incumbent = taken[1], .taken = taken, .smallest_distance = 0.5});
    CHECK(highest.unit_point[0] == doctest::Approx(0.7).epsilon(0.01));
}

TEST_CASE("a space of one point yields that point, taken or not") {
    random_engine engine = make_engine(1);
    const std::vector<std::vector<double>> taken = {{1.0}};
    const maximize_request request{.taken = taken, .smallest_distance = 0.01};
    CHECK(maximize(hill{{0.0}}, simplex{1}, engine, request).unit_point == std::vector{1.0});
}

TEST_CASE("the same engine gives the same maximum, bit for bit") {
    const box space{{0, 0}, {1, 1}};
    random_engine first = make_engine(7), second = make_engine(7);
    const hill target{{0.123, 0.456}};
    CHECK(maximize(target, space, first).unit_point == maximize(target, space, second).unit_point);
}

TEST_CASE("an acquisition that is nowhere a number still yields a point of the space") {
    random_engine engine = make_engine(1);
    const auto highest = maximize(undefined{}, box{{0, 0}, {1, 1}}, engine);
    for (const double x : highest.unit_point) CHECK((x >= 0 && x <= 1));
}

TEST_CASE("local searches that agree spare the others") {
    struct counted : hill {
        std::size_t* searches;
        double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
            const double value = hill::evaluate_gradient(point, gradient);
            *searches += distance(point, centre) < 1e-6 ? 1 : 0;
            return value;
        }
    };
    std::size_t arrivals = 0;
    const counted only_one{{{0.3, 0.6}}, &arrivals};
    random_engine engine = make_engine(1);
    maximize_options options{.agreeing = 3, .local = {.gradient_tolerance = 1e-9, .value_tolerance = 0}};
    const auto highest = maximize(only_one, box{{0, 0}, {1, 1}}, engine, {}, options);
    CHECK(distance(highest.unit_point, only_one.centre) < 1e-6);
    CHECK(arrivals == 3);
}

TEST_CASE("options that leave nothing to choose from are refused by name and value") {
    CHECK_NOTHROW(check(maximize_options{.samples = 1, .perturbations = 0, .starts = 0, .grid = 2}));
    const auto refused = [](const maximize_options& options, const char* message) {
        CHECK_THROWS_WITH_AS(check(options), message, input_error);
    };
    refused({.samples = 0, .perturbations = 0}, "maximize.samples is 0, but it must be 1 or more");
    refused({.agreeing = 0}, "maximize.agreeing is 0, but it must be 1 or more");
    refused({.grid = 0}, "maximize.grid is 0, but it must be 2 or more");
    refused({.grid = 1}, "maximize.grid is 1, but it must be 2 or more");
    refused({.local = {.evaluations = 0}}, "maximize.local.evaluations is 0, but it must be 1 or more");
}

namespace {

/// minus a quadratic form that is steep along the sum of the coordinates' distances to a centre
struct ridge {
    std::vector<double> centre;

    void evaluate(std::span<const double> points, std::span<double> values) const {
        const std::size_t d = centre.size();
        std::vector<double> gradient(d);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = evaluate_gradient(points.subspan(i * d, d), gradient);
    }
    double evaluate_gradient(std::span<const double> point, std::span<double> gradient) const {
        double sum = 0, squares = 0;
        for (std::size_t k = 0; k < centre.size(); ++k) {
            sum += point[k] - centre[k];
            squares += (point[k] - centre[k]) * (point[k] - centre[k]);
        }
        for (std::size_t k = 0; k < centre.size(); ++k) gradient[k] = -100 * sum - 2 * (point[k] - centre[k]);
        return -50 * sum * sum - squares;
    }
};

/// A box as a space that says nothing of its steps: climbs are rounded by its projection alone.
struct rounded_box {
    box whole;

    std::size_t dimension() const { return whole.dimension(); }
    void project(std::span<double> unit_point) const { whole.project(unit_point); }
    std::size_t cube_dimension() const { return whole.cube_dimension(); }
    std::vector<double> from_cube(std::span<const double> cube_point) const { return whole.from_cube(cube_point); }
    std::vector<std::vector<double>> initial_design(std::size_t n, random_engine& engine) const {
        return whole.initial_design(n, engine);
    }
    std::vector<double> point(std::span<const double> unit_point) const { return whole.point(unit_point); }
    std::vector<double> unit_point(std::span<const double> point) const { return whole.unit_point(point); }
};

}  // namespace

TEST_CASE("of few points all are compared, and the best one that is left is the answer") {
    const box grid{{0, 0}, {40, 60}, {{.integer = true}, {.integer = true}}};
    const hill target{{0.512, 0.707}};
    random_engine engine = make_engine(1);
    std::vector<std::vector<double>> taken;
    double before = 0;
    for (int i = 0; i < 20; ++i) {
        const auto highest = maximize(target, grid, engine, {.taken = taken, .smallest_distance = 1e-6});
        CHECK(highest.value <= before);
        CHECK(nearest_distance(highest.unit_point, taken) > 0);
        for (std::size_t n = 0; n < *grid.points(); ++n)
            if (const auto other = grid.nth_unit_point(n); nearest_distance(other, taken) > 0)
                CHECK(-std::pow(distance(other, target.centre), 2) <= highest.value);
        before = highest.value;
        taken.push_back(highest.unit_point);
    }
}

TEST_CASE("a climb by steps comes higher on a ridge than one that is rounded") {
    const box grid{std::vector<double>(4, 0), std::vector<double>(4, 20),
                   std::vector<box_coordinate>(4, {.integer = true})};
    int higher = 0, lower = 0;
    random_engine engine = make_engine(4);
    for (int i = 0; i < 20; ++i) {
        const ridge target{uniform_sample(box{std::vector<double>(4, 0), std::vector<double>(4, 1)}, engine)};
        const auto value_at = [&](const std::vector<double>& unit_point) {
            std::vector<double> gradient(4);
            return target.evaluate_gradient(unit_point, gradient);
        };
        random_engine one = make_engine(5), same = make_engine(5);
        const auto by_steps = maximize(target, grid, one), rounded = maximize(target, rounded_box{grid}, same);
        CHECK(by_steps.value == value_at(by_steps.unit_point));
        const double difference = by_steps.value - value_at(rounded.unit_point);
        higher += difference > 1e-12;
        lower += difference < -1e-12;
    }
    CHECK(higher >= 10);
    CHECK(lower <= 2);
}
