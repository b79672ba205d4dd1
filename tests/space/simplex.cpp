// SPDX-License-Identifier: Apache-2.0
#include <bouillon/space/simplex.hpp>

#include <bouillon/testing/space.hpp>

#include <check_laws.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace bouillon;

namespace {

double sum_of(const std::vector<double>& weights) { return std::accumulate(weights.begin(), weights.end(), 0.0); }

void check_on_simplex(const std::vector<double>& weights) {
    CHECK(std::abs(sum_of(weights) - 1) <= 4 * std::numeric_limits<double>::epsilon());
    for (const double weight : weights) CHECK(weight >= 0);
}

/// The projection by its definition, bisecting theta until sum max(v - theta, 0) is one.
std::vector<double> projection_by_bisection(std::vector<double> v) {
    double low = *std::min_element(v.begin(), v.end()) - 1;
    double high = *std::max_element(v.begin(), v.end());
    for (int i = 0; i < 200; ++i) {
        const double theta = (low + high) / 2;
        double sum = 0;
        for (const double x : v) sum += std::max(x - theta, 0.0);
        (sum > 1 ? low : high) = theta;
    }
    for (double& x : v) x = std::max(x - low, 0.0);
    return v;
}

}  // namespace

TEST_CASE("projections and samples lie on the simplex, for any number of checkpoints") {
    for (const std::size_t checkpoints : {1, 2, 3, 8, 17, 64}) {
        const simplex space{checkpoints};
        random_engine engine = make_engine(checkpoints);
        for (int i = 0; i < 50; ++i) {
            check_on_simplex(uniform_sample(space, engine));
            std::vector<double> weights(checkpoints);
            for (double& weight : weights) weight = 3 * normal(engine);
            const auto expected = projection_by_bisection(weights);
            space.project(weights);
            check_on_simplex(weights);
            for (std::size_t k = 0; k < checkpoints; ++k)
                CHECK(weights[k] == doctest::Approx(expected[k]).epsilon(1e-12));
        }
    }
}

TEST_CASE("a point of the simplex is its own projection") {
    const simplex space{5};
    random_engine engine = make_engine(4);
    for (int i = 0; i < 50; ++i) {
        const auto weights = uniform_sample(space, engine);
        const auto again = space.unit_point(space.point(weights));
        for (std::size_t k = 0; k < 5; ++k) CHECK(again[k] == doctest::Approx(weights[k]).epsilon(1e-15));
    }
}

TEST_CASE("zeros are reached exactly, and what rounding leaves of them is removed") {
    const simplex space{3};
    std::vector<double> weights = {2.0, 0.1, -1.0};
    space.project(weights);
    CHECK(weights == std::vector{1.0, 0.0, 0.0});
    weights = {0.5, 0.5, 1e-16};
    space.project(weights);
    CHECK(weights == std::vector{0.5, 0.5, 0.0});
}

TEST_CASE("samples are uniform: each weight of K follows Beta(1, K - 1)") {
    for (const std::size_t checkpoints : {2, 4, 9}) {
        const simplex space{checkpoints};
        random_engine engine = make_engine(9);
        const std::size_t n = 4000;
        std::vector<std::vector<double>> weights(n);  // (n, d)
        for (auto& sampled : weights) sampled = uniform_sample(space, engine);
        for (std::size_t k = 0; k < checkpoints; ++k) {
            std::ranges::sort(weights, {}, [k](const auto& sampled) { return sampled[k]; });
            double largest_gap = 0;  // Kolmogorov and Smirnov's statistic
            for (std::size_t i = 0; i < n; ++i) {
                const double expected = 1 - std::pow(1 - weights[i][k], static_cast<double>(checkpoints) - 1);
                largest_gap = std::max(largest_gap, std::abs(expected - (static_cast<double>(i) + 0.5) / n));
            }
            CHECK(largest_gap < 1.63 / std::sqrt(n));  // 1 % critical value
        }
    }
}

TEST_CASE("corners of the cube are points of the simplex") {
    const simplex space{3};
    CHECK(space.from_cube(std::vector{0.0, 0.5}) == std::vector{1.0, 0.0, 0.0});
    CHECK(space.from_cube(std::vector{1.0, 0.0}) == std::vector{0.0, 1.0, 0.0});
    CHECK(space.from_cube(std::vector{1.0, 1.0}) == std::vector{0.0, 0.0, 1.0});
    CHECK(simplex{1}.from_cube({}) == std::vector{1.0});
}

TEST_CASE("the design begins with the averages that are known to serve and with single checkpoints, and then spreads") {
    const simplex space{4};
    random_engine engine = make_engine(1);
    const auto design = space.initial_design(9, engine);
    CHECK(design.size() == 9);
    CHECK(design[0] == std::vector{0.25, 0.25, 0.25, 0.25});
    CHECK(design[1] == std::vector{0.0, 0.0, 0.0, 1.0});
    CHECK(design[2] == std::vector{0.0, 0.0, 0.5, 0.5});
    CHECK(design[3] == std::vector{0.0, 1.0 / 3, 1.0 / 3, 1.0 / 3});
    CHECK(design[4] == std::vector{0.0, 0.0, 1.0, 0.0});
    CHECK(design[6] == std::vector{1.0, 0.0, 0.0, 0.0});
    for (std::size_t i = 0; i < design.size(); ++i) {
        check_on_simplex(design[i]);
        for (std::size_t j = 0; j < i; ++j) CHECK(distance(design[i], design[j]) > 0.1);
    }
    CHECK(space.initial_design(2, engine).size() == 2);
    CHECK(simplex{1}.initial_design(2, engine)[1] == std::vector{1.0});
}

TEST_CASE("merge weights are the point itself") {
    CHECK(simplex{2}.merge_weights(std::vector{0.25, 0.75}) == std::vector{0.25, 0.75});
}

TEST_CASE("a simplex of no checkpoints is refused") {
    CHECK_NOTHROW(simplex{1}.check());
    CHECK_THROWS_AS(simplex{0}.check(), input_error);
}

TEST_CASE("simplices keep the laws of a space, and of averages") {
    for (const std::size_t checkpoints : {1, 2, 3, 8, 17}) {
        check_laws(space_violations(simplex{checkpoints}));
        check_laws(average_violations(simplex{checkpoints}, checkpoints));
    }
}
