// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/ard.hpp>

#include <bouillon/core/random.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/squared_exponential.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <vector>

using namespace bouillon;

namespace {

struct sample {
    std::size_t n = 9, m = 5, d = 3;
    std::vector<double> points, others;            // (n, d), (m, d)
    std::vector<double> logs = {-1.2, 0.3, -0.4};  // (d)

    sample() {
        auto engine = make_engine(7);
        for (std::size_t i = 0; i < n * d; ++i) points.push_back(uniform(engine));
        for (std::size_t i = 0; i < m * d; ++i) others.push_back(uniform(engine));
    }
    std::span<const double> point(std::size_t a) const { return std::span(points).subspan(a * d, d); }
    std::span<const double> other(std::size_t b) const { return std::span(others).subspan(b * d, d); }
};

}  // namespace

TEST_CASE("a profile's covariance looks at distances in length scales") {
    const std::vector<double> x = {0.1, 0.9}, y = {0.4, 0.5}, logs = {std::log(0.3), std::log(0.8)};
    CHECK(ard<squared_exponential>{}(x, y, logs) == doctest::Approx(std::exp(-0.5 * (1 + 0.25))).epsilon(1e-14));
    CHECK(ard<matern52>{}(x, x, logs) == 1);
    CHECK(ard<matern52>{}(x, y, logs) == ard<matern52>{}(y, x, logs));
}

TEST_CASE("filled matrices hold the covariances of their pairs") {
    const sample s;
    const ard<matern52> kernel;
    std::vector<double> all(s.n * s.m), lower(s.n * s.n, 7);
    kernel.fill(s.d, s.points, s.others, s.logs, all);
    kernel.fill_lower(s.d, s.points, s.logs, lower);
    for (std::size_t a = 0; a < s.n; ++a) {
        for (std::size_t b = 0; b < s.m; ++b)
            CHECK(all[a * s.m + b] == doctest::Approx(kernel(s.point(a), s.other(b), s.logs)).epsilon(1e-13));
        for (std::size_t b = 0; b <= a; ++b)
            CHECK(lower[a * s.n + b] == doctest::Approx(kernel(s.point(a), s.point(b), s.logs)).epsilon(1e-13));
        for (std::size_t b = a + 1; b < s.n; ++b) CHECK(lower[a * s.n + b] == 7);
    }
}

TEST_CASE("the contracted gradient is the sum over pairs of central differences") {
    const sample s;
    const ard<matern52> kernel;
    auto engine = make_engine(8);
    std::vector<double> weights(s.n * s.n);
    for (std::size_t a = 0; a < s.n; ++a)
        for (std::size_t b = 0; b <= a; ++b) weights[a * s.n + b] = weights[b * s.n + a] = normal(engine);
    std::vector<double> gradient(s.d), scratch = weights;
    kernel.contract_gradient(s.d, s.points, s.logs, scratch, gradient);
    for (std::size_t j = 0; j < s.d; ++j) {
        auto above = s.logs, below = s.logs;
        above[j] += 1e-5;
        below[j] -= 1e-5;
        double expected = 0;
        for (std::size_t a = 0; a < s.n; ++a)
            for (std::size_t b = 0; b < s.n; ++b)
                expected += weights[a * s.n + b] *
                            (kernel(s.point(a), s.point(b), above) - kernel(s.point(a), s.point(b), below)) / 2e-5;
        CHECK(gradient[j] == doctest::Approx(expected).epsilon(1e-8));
    }
}

TEST_CASE("gradients by a point agree with central differences and vanish at the point itself") {
    const sample s;
    const ard<matern52> kernel;
    const std::vector<double> x(s.point(4).begin(), s.point(4).end());
    std::vector<double> gradients(s.n * s.d);
    kernel.fill_point_gradients(x, s.points, s.logs, gradients);
    for (std::size_t a = 0; a < s.n; ++a)
        for (std::size_t j = 0; j < s.d; ++j) {
            auto above = x, below = x;
            above[j] += 1e-5;
            below[j] -= 1e-5;
            const double expected = (kernel(above, s.point(a), s.logs) - kernel(below, s.point(a), s.logs)) / 2e-5;
            CHECK(std::abs(gradients[a * s.d + j] - expected) < 1e-8);
            if (a == 4) CHECK(gradients[a * s.d + j] == 0);
        }
}

TEST_CASE("length scales are expected to grow with the root of the dimension") {
    // The starting values that BoTorch 0.12 uses.
    const struct {
        std::size_t dimension;
        double mode;
    } expected[] = {{1, .2048}, {2, .2896}, {6, .5016}, {20, .9158}, {100, 2.0479}};
    for (const auto& [dimension, mode] : expected) {
        const auto prior = ard<matern52>{}.prior(dimension);
        REQUIRE(prior.size() == dimension);
        CHECK(std::abs(std::exp(prior[0].mean) - mode) < 1e-4);
        CHECK(std::exp(prior[0].lower) == doctest::Approx(0.025));
    }
}

TEST_CASE("a profile gets length scales, a covariance stays itself") {
    struct constant {
        std::size_t hyper_parameters(std::size_t) const { return 0; }
        double operator()(std::span<const double>, std::span<const double>, std::span<const double>) const { return 1; }
    };
    static_assert(std::is_same_v<decltype(as_covariance(matern52{})), ard<matern52>>);
    static_assert(std::is_same_v<decltype(as_covariance(ard<matern52>{})), ard<matern52>>);
    static_assert(std::is_same_v<decltype(as_covariance(constant{})), constant>);
}
