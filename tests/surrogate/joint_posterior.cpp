// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/joint_posterior.hpp>

#include <surrogate/dense.hpp>

#include <bouillon/core/random.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace bouillon;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// A surrogate of 12 noisy scores on the unit square, one of them certain.
gaussian_process<> noisy() {
    auto engine = make_engine(3);
    std::vector<double> points, scores, variances;
    for (int i = 0; i < 12; ++i) {
        const double x = uniform(engine), y = uniform(engine);
        points.insert(points.end(), {x, y});
        scores.push_back(std::sin(5 * x) + y * y + 0.1 * normal(engine));
        variances.push_back(i == 4 ? 0 : i % 3 == 0 ? unknown : 0.01);
    }
    gaussian_process<> surrogate(2, {}, {.priors = {.roughness = no_roughness}});
    surrogate.fit(points, scores, variances);
    return surrogate;
}

std::vector<double> random_points(std::size_t count, std::uint64_t seed) {
    auto engine = make_engine(seed);
    std::vector<double> points(2 * count);
    for (double& coordinate : points) coordinate = uniform(engine);
    return points;
}

std::vector<double> normals(std::size_t count, std::uint64_t seed) {
    auto engine = make_engine(seed);
    std::vector<double> numbers(count);
    for (double& number : numbers) number = normal(engine);
    return numbers;
}

/// mean + sum_i k(x, knot_i) weights_is
double path(const gaussian_process<>& surrogate, const joint_draws& drawn, std::size_t s, std::span<const double> x) {
    std::vector<double> covariances(drawn.knots.size() / 2);
    surrogate.prior_covariance(x, drawn.knots, covariances);
    double value = drawn.mean;
    for (std::size_t i = 0; i < covariances.size(); ++i)
        value += covariances[i] * drawn.coefficients[i * drawn.size + s];
    return value;
}

}  // namespace

static_assert(joint_surrogate<gaussian_process<>>);

TEST_CASE("covariances of the posterior are those of the dense formula") {
    const auto surrogate = noisy();
    const auto reference = dense::process_of(surrogate);
    const auto points = random_points(4, 8), others = random_points(3, 9);
    std::vector<double> covariances(12);
    posterior_covariance(surrogate, points, others, covariances);
    for (std::size_t a = 0; a < 4; ++a)
        for (std::size_t b = 0; b < 3; ++b)
            CHECK(std::abs(covariances[a * 3 + b] - reference.covariance(std::span(points).subspan(2 * a, 2),
                                                                         std::span(others).subspan(2 * b, 2))) < 1e-11);
}

TEST_CASE("the joint belief has each point's own belief, and the covariances between them") {
    const auto surrogate = noisy();
    const auto points = random_points(5, 8);
    const auto belief = predict_jointly(surrogate, points);
    std::vector<double> covariances(25);
    posterior_covariance(surrogate, points, points, covariances);
    for (std::size_t a = 0; a < 5; ++a) {
        const auto alone = surrogate.predict(std::span(points).subspan(2 * a, 2));
        CHECK(belief.means[a] == doctest::Approx(alone.mean).epsilon(1e-12));
        CHECK(belief.covariance[a * 5 + a] == doctest::Approx(alone.variance).epsilon(1e-9));
        for (std::size_t b = 0; b < 5; ++b) {
            CHECK(std::abs(belief.covariance[a * 5 + b] - covariances[a * 5 + b]) < 1e-12);
            CHECK(std::abs(belief.covariance[a * 5 + b] - belief.covariance[b * 5 + a]) < 1e-14);
        }
    }
}

TEST_CASE("a draw's function passes through the drawn values, and elsewhere is what these let expect") {
    const auto surrogate = noisy();
    const auto points = random_points(6, 8), elsewhere = random_points(5, 9);
    const auto drawn = draw_jointly(surrogate, points, normals(6 * 3, 1));
    REQUIRE(drawn.size == 3);
    for (std::size_t s = 0; s < drawn.size; ++s) {
        auto reference = dense::process_of(surrogate);
        for (std::size_t i = 0; i < 6; ++i) {
            const auto point = std::span(points).subspan(2 * i, 2);
            CHECK(path(surrogate, drawn, s, point) == doctest::Approx(drawn.values[i * 3 + s]).epsilon(1e-9));
            reference.learn(point, drawn.values[i * 3 + s]);
        }
        for (std::size_t i = 0; i < 5; ++i) {
            const auto point = std::span(elsewhere).subspan(2 * i, 2);
            CHECK(std::abs(path(surrogate, drawn, s, point) - reference.predict(point).mean) < 1e-8);
        }
    }
}

TEST_CASE("draws have the means and covariances of the belief") {
    const auto surrogate = noisy();
    const auto points = random_points(3, 8);
    const auto belief = predict_jointly(surrogate, points);
    constexpr std::size_t draws = 40000;
    const auto drawn = draw_jointly(surrogate, points, normals(3 * draws, 2));
    for (std::size_t a = 0; a < 3; ++a) {
        double mean = 0;
        for (std::size_t s = 0; s < draws; ++s) mean += drawn.values[a * draws + s] / draws;
        const double spread = std::sqrt(belief.covariance[a * 3 + a]);
        CHECK(std::abs(mean - belief.means[a]) < 4 * spread / std::sqrt(draws));
        for (std::size_t b = 0; b < 3; ++b) {
            double covariance = 0;
            for (std::size_t s = 0; s < draws; ++s)
                covariance += (drawn.values[a * draws + s] - belief.means[a]) *
                              (drawn.values[b * draws + s] - belief.means[b]) / draws;
            const double other = std::sqrt(belief.covariance[b * 3 + b]);
            CHECK(std::abs(covariance - belief.covariance[a * 3 + b]) < 6 * spread * other / std::sqrt(draws));
        }
    }
}

TEST_CASE("before any data draws are the prior's") {
    const gaussian_process<> surrogate(2);
    const std::vector<double> points = {.1, .2, .8, .7};
    const auto belief = predict_jointly(surrogate, points);
    CHECK(belief.means == std::vector<double>(2));
    CHECK(belief.covariance[0] == doctest::Approx(surrogate.hyper_parameters().signal_variance));
    const auto drawn = draw_jointly(surrogate, points, normals(2, 1));
    CHECK(path(surrogate, drawn, 0, std::span(points).first(2)) == doctest::Approx(drawn.values[0]).epsilon(1e-12));
    std::vector<double> covariance(1);
    posterior_covariance(surrogate, std::span(points).first(2), std::span(points).last(2), covariance);
    CHECK(covariance[0] == doctest::Approx(belief.covariance[1]).epsilon(1e-12));
}

TEST_CASE("points that coincide with each other and with certain data are drawn at all the same") {
    const auto surrogate = noisy();
    const auto certain = std::span(surrogate.data().points).subspan(8, 2);
    std::vector<double> points = {.3, .3, .3, .3};
    points.insert(points.end(), certain.begin(), certain.end());
    const auto drawn = draw_jointly(surrogate, points, normals(3 * 4, 1));
    for (std::size_t s = 0; s < 4; ++s) {
        CHECK(std::abs(drawn.values[s] - drawn.values[4 + s]) < 1e-3);
        CHECK(std::abs(drawn.values[8 + s] - surrogate.data().scores[4]) < 1e-2);
    }
}
