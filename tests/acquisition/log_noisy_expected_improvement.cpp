// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/log_noisy_expected_improvement.hpp>
#include <bouillon/core/error.hpp>

#include <surrogate/dense.hpp>

#include "prepared_test.hpp"
#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

namespace {

using noisy_ei = log_noisy_expected_improvement;

static_assert(acquisition_function<noisy_ei, gaussian_process<>>);
static_assert(pending_acquisition_function<noisy_ei, gaussian_process<>>);
static_assert(!pending_acquisition_function<log_expected_improvement, gaussian_process<>>);

}  // namespace

TEST_CASE("log noisy expected improvement is the mean over draws of each draw's expected improvement") {
    const auto surrogate = surrogate_of(12, 2, 0.2);
    const std::vector<double> pending = {0.35, 0.9};
    const auto baseline = plausible_best(surrogate, surrogate.data().points, pending);
    const std::size_t b = baseline.size() / 2;
    REQUIRE(b > 3);
    auto engine = make_engine(1);
    const auto normals = detail::quasi_normals(b, 32, engine);
    const prepared_noisy_improvement prepared(surrogate, state_of(surrogate), baseline, normals);
    const auto drawn = draw_jointly(surrogate, baseline, normals);
    const auto points = points_in_cube(6, 2);
    for (std::size_t i = 0; i < 6; ++i) {
        const auto x = std::span(points).subspan(2 * i, 2);
        double sum = 0;
        for (std::size_t s = 0; s < 32; ++s) {
            auto reference = dense::process_of(surrogate);
            double best = -INFINITY;
            for (std::size_t k = 0; k < b; ++k) {
                const double value = drawn.values[k * 32 + s];
                reference.learn(std::span(baseline).subspan(2 * k, 2), value);
                best = std::max(best, value);
            }
            const auto [mean, variance] = reference.predict(x);
            const double deviation = std::sqrt(variance);
            sum += deviation * std::exp(log_h((mean - best) / deviation));
        }
        CHECK(value_at(prepared, x) == doctest::Approx(std::log(sum / 32)).epsilon(1e-6));
    }
}

TEST_CASE("32 quasi-random draws come close to the improvement over many joint draws") {
    const auto surrogate = surrogate_of(20, 2, 0.2);
    auto engine = make_engine(1);
    const auto prepared = noisy_ei{}.prepare(surrogate, state_of(surrogate), engine);
    for (const auto& x : {std::vector{0.25, 0.05}, std::vector{0.35, 0.15}, std::vector{0.25, 0.25}}) {
        auto points = surrogate.data().points;  // all of them: whatever was left out must not matter
        points.insert(points.end(), x.begin(), x.end());
        constexpr std::size_t draws = 20000;
        std::vector<double> normals(21 * draws);
        for (double& number : normals) number = normal(engine);
        const auto drawn = draw_jointly(surrogate, points, normals);
        double sum = 0;
        for (std::size_t s = 0; s < draws; ++s) {
            double best = drawn.values[s];
            for (std::size_t i = 1; i < 20; ++i) best = std::max(best, drawn.values[i * draws + s]);
            sum += std::max(drawn.values[20 * draws + s] - best, 0.0) / draws;
        }
        CHECK(std::abs(value_at(prepared, x) - std::log(sum)) < 0.1);
    }
}

TEST_CASE("the gradient of log noisy expected improvement agrees with central differences") {
    auto engine = make_engine(1);
    const auto noisy = surrogate_of(25, 3, 0.2);
    check_prepared(noisy_ei{}.prepare(noisy, state_of(noisy), engine), 3);
    check_prepared(noisy_ei{}.prepare(noisy, state_of(noisy), std::vector{.2, .7, .1, .6, .6, .6}, engine), 3);
    auto certain = noisy;  // at its hyper-parameters variances are not all rounding error
    auto scores = noisy.data().scores;
    for (double& score : scores) score = noisy.standardisation().score(score);
    certain.condition(noisy.data().points, scores, std::vector<double>(scores.size(), 0.0));
    check_prepared(noisy_ei{}.prepare(certain, state_of(certain), engine), 3, 1e-5);
    check_prepared(noisy_ei{}.prepare(certain, state_of(certain), std::vector{.2, .7, .1}, engine), 3, 1e-5);
}

TEST_CASE("without noise and pending trials it is log expected improvement, bit for bit") {
    const auto surrogate = surrogate_of(15, 2, 0);
    const auto state = state_of(surrogate);
    auto engine = make_engine(1);
    const auto prepared = noisy_ei{}.prepare(surrogate, state, engine);
    const auto plain = prepare(log_expected_improvement{}, surrogate, state, engine);
    CHECK(prepared.rivals() == 0);
    for (const auto& x : {std::vector{0.3, 0.4}, std::vector{0.9, 0.1}})
        CHECK(value_at(prepared, x) == value_at(plain, x));
}

TEST_CASE("with little noise it comes close to log expected improvement") {
    const auto surrogate = surrogate_of(15, 2, 4e-3);
    const auto state = state_of(surrogate);
    auto engine = make_engine(1);
    const auto prepared = noisy_ei{}.prepare(surrogate, state, engine);
    const auto plain = prepare(log_expected_improvement{}, surrogate, state, engine);
    CHECK(prepared.rivals() > 0);
    for (const auto& x : {std::vector{0.5, 0.55}, std::vector{0.98, 0.02}})
        CHECK(value_at(prepared, x) == doctest::Approx(value_at(plain, x)).epsilon(0.02));
}

TEST_CASE("at a pending point nothing is to be gained, and the value is finite") {
    for (const double noise : {0.0, 0.2}) {
        const auto surrogate = surrogate_of(10, 1, noise);
        const auto state = state_of(surrogate);
        auto engine = make_engine(1);
        const auto alone = noisy_ei{}.prepare(surrogate, state, engine);
        double best = 0, best_value = -INFINITY;
        for (double x = 0; x <= 1; x += 1.0 / 256)
            if (const double value = value_at(alone, std::vector{x}); value > best_value) best = x, best_value = value;
        const std::vector<double> pending = {best};
        const auto crowded = noisy_ei{}.prepare(surrogate, state, pending, engine);
        CHECK(std::isfinite(value_at(crowded, pending)));
        CHECK(value_at(crowded, pending) < best_value - 5);
        std::vector<double> gradient(1);
        crowded.evaluate_gradient(pending, gradient);
        CHECK(std::isfinite(gradient[0]));
    }
}

TEST_CASE("before any data there are pending points to improve on") {
    const gaussian_process<> surrogate(2);
    auto engine = make_engine(1);
    const auto prepared = noisy_ei{}.prepare(surrogate, {}, std::vector{0.5, 0.5}, engine);
    CHECK(value_at(prepared, std::vector{0.0, 1.0}) > value_at(prepared, std::vector{0.5, 0.6}));
    CHECK(std::isfinite(value_at(noisy_ei{}.prepare(surrogate, {}, engine), std::vector{0.5, 0.5})));
}

TEST_CASE("the mean of h is exact in its body and far into its tail") {
    for (const double shift : {2.0, 0.0, -3.9, -4.1, -30.0, -1e4}) {
        const std::vector<double> z = {shift, shift - 0.5, shift - 3, shift - 20};
        double sum = 0;
        for (const double each : z) sum += std::exp(log_h(each) - log_h(shift)) / 4;
        CHECK(detail::log_mean_h(z) == doctest::Approx(log_h(shift) + std::log(sum)).epsilon(1e-13));
    }
}

TEST_CASE("log noisy expected improvement keeps the laws of an acquisition") {
    check_laws(acquisition_violations(log_noisy_expected_improvement{}));
}

TEST_CASE("no draws are refused") {
    CHECK_THROWS_WITH_AS(log_noisy_expected_improvement{.draws = 0}.check(),
                         "log_noisy_expected_improvement.draws is 0, but it must be 1 or more", input_error);
}
