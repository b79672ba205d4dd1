// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/log_knowledge_gradient.hpp>
#include <bouillon/core/error.hpp>

#include "prepared_test.hpp"
#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

namespace {

/// What a trial at x with one result z would make of the best mean: by conditioning a surrogate on it.
double best_mean_after(const gaussian_process<>& surrogate, const std::vector<double>& places,
                       const std::vector<double>& x, double score, double noise_variance) {
    gaussian_process<> after = surrogate;
    auto points = surrogate.data().points, scores = surrogate.data().scores, variances = surrogate.data().variances;
    for (double& each : scores) each = surrogate.standardisation().centre + surrogate.standardisation().scale * each;
    for (double& each : variances) each *= surrogate.standardisation().scale * surrogate.standardisation().scale;
    points.insert(points.end(), x.begin(), x.end());
    scores.push_back(surrogate.standardisation().centre + surrogate.standardisation().scale * score);
    variances.push_back(surrogate.standardisation().scale * surrogate.standardisation().scale * noise_variance);
    after.condition(points, scores, variances);
    double best = -INFINITY;
    for (std::size_t i = 0; i < places.size(); i += 2)
        best = std::max(best, after.predict(std::span(places).subspan(i, 2)).mean);
    return std::max(best, after.predict(x).mean);
}

/// A surrogate whose mean is fixed, so that conditioning it on one more score changes nothing but its belief there.
gaussian_process<> with_fixed_mean() {
    gaussian_process<> surrogate(2, {}, {.mean = 0.0});
    const auto like = surrogate_of(9, 2, 0.2);
    auto scores = like.data().scores;
    surrogate.fit(like.data().points, scores, like.data().variances);
    return surrogate;
}

}  // namespace

static_assert(acquisition_function<log_knowledge_gradient, gaussian_process<>>);

TEST_CASE("the knowledge gradient is the mean over results of the best mean that each leads to") {
    const auto surrogate = with_fixed_mean();
    const auto region = points_in_cube(12, 2, 4);
    const double v = 0.02;
    auto engine = make_engine(1);
    const auto state = state_of(surrogate, region);
    const auto prepared = log_knowledge_gradient{.noise_variance = v}.prepare(surrogate, state, engine);
    auto places = surrogate.data().points;
    places.insert(places.end(), region.begin(), region.end());
    double before = -INFINITY;
    for (std::size_t i = 0; i < places.size(); i += 2)
        before = std::max(before, surrogate.predict(std::span(places).subspan(i, 2)).mean);
    for (const auto& x : {std::vector{0.3, 0.2}, std::vector{0.8, 0.7}, std::vector{0.25, 0.05}}) {
        const auto [mean, variance] = surrogate.predict(x);
        double sum = 0;
        for (double z = -6; z < 6; z += 0.02)
            sum += 0.02 * normal_pdf(z) *
                   (best_mean_after(surrogate, places, x, mean + std::sqrt(variance + v) * z, v) - before);
        CHECK(std::exp(value_at(prepared, x)) == doctest::Approx(sum).epsilon(1e-3));
    }
}

TEST_CASE("the gradient of the knowledge gradient agrees with central differences") {
    auto engine = make_engine(1);
    const auto noisy = surrogate_of(15, 2, 0.2);
    check_prepared(log_knowledge_gradient{}.prepare(noisy, state_of(noisy, points_in_cube(40, 2, 4)), engine), 2);
    check_prepared(log_knowledge_gradient{}.prepare(noisy, state_of(noisy), engine), 2);
    const auto certain = surrogate_of(15, 2, 0);
    check_prepared(log_knowledge_gradient{}.prepare(certain, state_of(certain), engine), 2);
}

TEST_CASE("a trial of less noise teaches more") {
    const auto surrogate = surrogate_of(10, 2, 0.2);
    const auto state = state_of(surrogate, points_in_cube(20, 2, 4));
    auto engine = make_engine(1);
    const auto careful = log_knowledge_gradient{.noise_variance = 1e-4}.prepare(surrogate, state, engine);
    const auto quick = log_knowledge_gradient{.noise_variance = 1.0}.prepare(surrogate, state, engine);
    const auto points = points_in_cube(50, 2, 6);
    for (std::size_t i = 0; i < 100; i += 2) {
        const auto x = std::span(points).subspan(i, 2);
        CHECK(value_at(careful, x) > value_at(quick, x));
    }
}

TEST_CASE("the noise of the next trial is the median of the known ones, or what was fitted") {
    const auto surrogate = surrogate_of(10, 2, 0.2);
    const auto state = state_of(surrogate);
    auto engine = make_engine(1);
    const std::vector<double> x = {0.4, 0.6};
    const double known = surrogate.data().variances[0];
    CHECK(value_at(log_knowledge_gradient{}.prepare(surrogate, state, engine), x) ==
          value_at(log_knowledge_gradient{.noise_variance = known}.prepare(surrogate, state, engine), x));
    gaussian_process<> unknown(2);
    unknown.fit(surrogate.data().points, surrogate.data().scores, std::vector<double>(10, NAN));
    const double fitted = unknown.hyper_parameters().noise_variance;
    CHECK(value_at(log_knowledge_gradient{}.prepare(unknown, state, engine), x) ==
          value_at(log_knowledge_gradient{.noise_variance = fitted}.prepare(unknown, state, engine), x));
}

TEST_CASE("nothing new is to be learned where the score is certain, and the value is still no NaN") {
    const auto surrogate = surrogate_of(10, 2, 0);
    auto engine = make_engine(1);
    const auto prepared = log_knowledge_gradient{}.prepare(surrogate, state_of(surrogate), engine);
    const auto& points = surrogate.data().points;
    for (std::size_t i = 0; i < points.size(); i += 2) {
        const double value = value_at(prepared, std::span(points).subspan(i, 2));
        CHECK_FALSE(std::isnan(value));
        CHECK(value < value_at(prepared, std::vector{0.05, 0.95}));
    }
    const gaussian_process<> empty(2);
    CHECK(std::isfinite(value_at(log_knowledge_gradient{}.prepare(empty, {}, engine), std::vector{0.1, 0.2})));
}

TEST_CASE("the knowledge gradient keeps the laws of an acquisition") {
    check_laws(acquisition_violations(log_knowledge_gradient{}));
}

TEST_CASE("a noise variance that is none is refused") {
    CHECK_NOTHROW(log_knowledge_gradient{}.check());
    CHECK_NOTHROW(log_knowledge_gradient{.noise_variance = 0}.check());
    CHECK_THROWS_WITH_AS(log_knowledge_gradient{.noise_variance = -1}.check(),
                         "log_knowledge_gradient.noise_variance is -1, but it must be 0 or more and finite",
                         input_error);
    CHECK_THROWS_AS(log_knowledge_gradient{.noise_variance = NAN}.check(), input_error);
}
