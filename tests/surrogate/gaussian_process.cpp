// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/gaussian_process.hpp>

#include <surrogate/reference_values.hpp>

#include <bouillon/core/error.hpp>
#include <bouillon/core/quasi_random.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/kernel/matern32.hpp>
#include <bouillon/kernel/rational_quadratic.hpp>
#include <bouillon/kernel/squared_exponential.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <utility>
#include <vector>

using namespace bouillon;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct observations {
    std::size_t dimension;
    std::vector<double> points, scores, variances;  // (n, dimension), (n), (n)
};

/// A smooth function with noise of variance 1e-4, half of it unknown.
observations sample(std::size_t n, std::size_t dimension, std::uint64_t seed = 21) {
    auto engine = make_engine(seed);
    observations all{dimension, {}, {}, {}};
    for (std::size_t i = 0; i < n; ++i) {
        double score = 0.01 * normal(engine);
        for (std::size_t j = 0; j < dimension; ++j) {
            all.points.push_back(uniform(engine));
            score += std::sin(4 * all.points.back() + static_cast<double>(j));
        }
        all.scores.push_back(score);
        all.variances.push_back(i % 2 == 0 ? 1e-4 : unknown);
    }
    return all;
}

template <class Kernel = matern52>
gaussian_process<Kernel> fitted(const observations& all) {
    gaussian_process<Kernel> surrogate(all.dimension, {}, {.priors = {.roughness = no_roughness}});
    surrogate.fit(all.points, all.scores, all.variances);
    return surrogate;
}

/// Before a fit, the hyper-parameters are their priors' modes and scores are taken as they are.
gaussian_process_options fixed_at_reference() {
    return {.priors = {.kernel = {{.mean = reference::at.kernel[0]}},
                       .signal_variance = {.shape = 2, .rate = 1 / 1.5},
                       .roughness = no_roughness},
            .mean = 0.0};
}

template <class Kernel>
void check_reference(const std::vector<double>& variances, const reference::values& expected) {
    gaussian_process<Kernel> surrogate(1, {}, fixed_at_reference());
    surrogate.condition(reference::points, reference::scores, variances);
    CHECK(std::abs(surrogate.log_marginal_likelihood() - expected.log_likelihood) < 1e-12);
    const double at[3] = {.3, .5, .8};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto [mean, variance] = surrogate.predict({&at[i], 1});
        CHECK(std::abs(mean - expected.mean[i]) < 1e-12);
        CHECK(std::abs(variance - expected.variance[i]) < 1e-12);
    }
}

/// Not stationary, and without gradients: straight lines through a matern52.
struct trend {
    std::size_t hyper_parameters(std::size_t) const { return 2; }
    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        double lines = 0, r2 = 0;
        for (std::size_t j = 0; j < x.size(); ++j) {
            lines += std::exp(logs[0]) * x[j] * y[j];
            r2 += std::pow((x[j] - y[j]) * std::exp(-logs[1]), 2);
        }
        return lines + matern52{}(r2);
    }
};

template <class Kernel>
void check_point_gradient(const gaussian_process<Kernel>& surrogate, const std::vector<double>& point) {
    const std::size_t d = surrogate.dimension();
    std::vector<double> by_mean(d), by_deviation(d);
    const auto [mean, deviation] = surrogate.predict_gradient(point, by_mean, by_deviation);
    const auto same = surrogate.predict(point);
    CHECK(mean == doctest::Approx(same.mean).epsilon(1e-12));
    CHECK(deviation == doctest::Approx(std::sqrt(same.variance)).epsilon(1e-9));
    for (std::size_t j = 0; j < d; ++j) {
        auto above = point, below = point;
        above[j] += 1e-5;
        below[j] -= 1e-5;
        const auto high = surrogate.predict(above), low = surrogate.predict(below);
        CHECK(by_mean[j] == doctest::Approx((high.mean - low.mean) / 2e-5).epsilon(1e-6));
        CHECK(by_deviation[j] ==
              doctest::Approx((std::sqrt(high.variance) - std::sqrt(low.variance)) / 2e-5).epsilon(1e-5));
    }
}

}  // namespace

TEST_CASE("posteriors have their reference values") {
    check_reference<matern52>(reference::equal_variances, reference::matern52_equal);
    check_reference<matern52>(reference::own_variances, reference::matern52_own);
    check_reference<matern32>(reference::equal_variances, reference::matern32_equal);
    check_reference<matern32>(reference::own_variances, reference::matern32_own);
    check_reference<squared_exponential>(reference::equal_variances, reference::squared_exponential_equal);
    check_reference<squared_exponential>(reference::own_variances, reference::squared_exponential_own);
}

TEST_CASE("before any data a surrogate predicts its prior") {
    const gaussian_process<> surrogate(3);
    const std::vector<double> point = {.1, .5, .9};
    CHECK(surrogate.size() == 0);
    CHECK(surrogate.predict(point).mean == 0);
    CHECK(surrogate.predict(point).variance == doctest::Approx(2).epsilon(1e-14));
    std::vector<double> by_mean(3, 7), by_deviation(3, 7);
    CHECK(surrogate.predict_gradient(point, by_mean, by_deviation).deviation ==
          doctest::Approx(std::sqrt(2.0)).epsilon(1e-14));
    CHECK(by_mean == std::vector<double>(3));
    CHECK(by_deviation == std::vector<double>(3));
}

TEST_CASE("a batch of predictions is the predictions one by one") {
    const auto surrogate = fitted(sample(20, 2));
    const auto points = sample(600, 2, 5).points;
    std::vector<double> means(600), deviations(600);
    surrogate.predict(points, means, deviations);
    for (std::size_t i = 0; i < 600; i += 37) {
        const auto one = surrogate.predict(std::span(points).subspan(2 * i, 2));
        CHECK(means[i] == doctest::Approx(one.mean).epsilon(1e-12));
        CHECK(deviations[i] == doctest::Approx(std::sqrt(one.variance)).epsilon(1e-9));
    }
}

TEST_CASE("gradients of predictions agree with central differences") {
    const auto all = sample(15, 2);
    for (const auto& point : {std::vector<double>{.31, .72}, std::vector<double>{.9, .05}}) {
        check_point_gradient(fitted<matern52>(all), point);
        check_point_gradient(fitted<squared_exponential>(all), point);
        check_point_gradient(fitted<trend>(all), point);
    }
}

TEST_CASE("a smooth function is predicted between its observations, and beliefs say how well") {
    const auto all = sample(40, 2), held_out = sample(200, 2, 99);
    const auto surrogate = fitted(all);
    int within_three_deviations = 0;
    double squares = 0;
    for (std::size_t i = 0; i < 200; ++i) {
        const auto [mean, variance] = surrogate.predict(std::span(held_out.points).subspan(2 * i, 2));
        const double error = surrogate.standardisation().score(mean) - held_out.scores[i];
        squares += error * error;
        const double noise = 1e-4 / std::pow(surrogate.standardisation().scale, 2);
        within_three_deviations +=
            std::abs(error) < 3 * surrogate.standardisation().scale * std::sqrt(variance + noise);
    }
    CHECK(within_three_deviations > 190);
    CHECK(std::sqrt(squares / 200) < 0.1);
}

TEST_CASE("scaling scores by powers of two changes no bit of a prediction") {
    const auto all = sample(12, 2);
    const auto surrogate = fitted(all);
    const std::vector<double> point = {.4, .6};
    for (const double factor : {0x1p-20, 0x1p20}) {
        auto scaled = all;
        for (double& score : scaled.scores) score *= factor;
        for (double& variance : scaled.variances) variance *= factor * factor;
        const auto same = fitted(scaled);
        CHECK(same.predict(point).mean == surrogate.predict(point).mean);
        CHECK(same.predict(point).variance == surrogate.predict(point).variance);
        CHECK(same.standardisation().scale == factor * surrogate.standardisation().scale);
        CHECK(same.standardisation().centre == factor * surrogate.standardisation().centre);
    }
}

TEST_CASE("scaling and shifting scores changes predictions by rounding alone") {
    const auto all = sample(12, 2);
    const auto surrogate = fitted(all);
    const std::vector<double> point = {.4, .6};
    for (const auto& [factor, shift] : {std::pair{1e-6, 0.0}, std::pair{1e6, 0.0}, std::pair{1e-3, 2.0}}) {
        auto changed = all;
        for (double& score : changed.scores) score = factor * score + shift;
        for (double& variance : changed.variances) variance *= factor * factor;
        const auto same = fitted(changed);
        CHECK(same.predict(point).mean == doctest::Approx(surrogate.predict(point).mean).epsilon(1e-6));
        CHECK(same.predict(point).variance == doctest::Approx(surrogate.predict(point).variance).epsilon(1e-6));
    }
}

TEST_CASE("permuted coordinates give permuted length scales and the same predictions") {
    const auto all = sample(15, 2);
    auto swapped = all;
    for (std::size_t i = 0; i < 15; ++i) std::swap(swapped.points[2 * i], swapped.points[2 * i + 1]);
    const auto one = fitted(all), other = fitted(swapped);
    CHECK(one.hyper_parameters().kernel[0] == doctest::Approx(other.hyper_parameters().kernel[1]).epsilon(1e-5));
    CHECK(one.predict(std::vector<double>{.2, .7}).mean ==
          doctest::Approx(other.predict(std::vector<double>{.7, .2}).mean).epsilon(1e-6));
}

TEST_CASE("merging replicates leaves predictions as they were") {
    const std::vector<double> points = {.2, .5, .5, .8, .5}, scores = {1, 2, 2.4, 0, 1.9};
    const std::vector<double> variances = {.1, .2, .05, .1, .4};
    gaussian_process<> surrogate(1, {}, fixed_at_reference());
    surrogate.condition(points, scores, variances);
    CHECK(surrogate.size() == 3);
    const training_set apart{.dimension = 1, .points = points, .scores = scores, .variances = variances};
    const auto unmerged = regress(ard<matern52>{}, apart, reference::at, 0.0);
    const std::vector<double> at = {.6};
    std::vector<double> covariances(5);
    ard<matern52>{}.fill(1, points, at, reference::at.kernel, covariances);
    double mean = 0;
    for (std::size_t i = 0; i < 5; ++i) mean += 1.5 * covariances[i] * unmerged->coefficients[i];
    CHECK(surrogate.predict(at).mean == doctest::Approx(mean).epsilon(1e-12));
}

TEST_CASE("duplicates, certain scores and crowds never fail") {
    const std::vector<double> duplicates = {.5, .5, .5, .1}, scores = {1, 1, 2, 0};
    for (const auto& variances : {std::vector<double>{0, 0, 0, 0}, std::vector<double>{0, .1, unknown, 0},
                                  std::vector<double>(4, unknown), std::vector<double>{1e-300, 0, 1e-30, 1}}) {
        const auto surrogate = fitted(observations{1, duplicates, scores, variances});
        const auto [mean, variance] = surrogate.predict(std::vector<double>{.5});
        CHECK(std::isfinite(mean));
        CHECK(variance > 0);
    }
    observations crowd{1, {}, {}, {}};
    for (int i = 0; i < 30; ++i) {
        crowd.points.push_back(.5 + 1e-12 * i);
        crowd.scores.push_back(i % 3);
        crowd.variances.push_back(0);
    }
    CHECK(std::isfinite(fitted<squared_exponential>(crowd).predict(std::vector<double>{.5}).mean));
}

TEST_CASE("a certain score is met exactly, an uncertain one is not") {
    const observations all{1, {.1, .4, .9}, {1, 3, 7}, {0, 0, .5}};
    const auto surrogate = fitted(all);
    const auto at = [&](double x) {
        const auto [mean, variance] = surrogate.predict({&x, 1});
        return std::pair(surrogate.standardisation().score(mean),
                         surrogate.standardisation().scale * std::sqrt(variance));
    };
    CHECK(std::abs(at(.4).first - 3) < 1e-6);
    CHECK(at(.4).second < 1e-3);
    CHECK(std::abs(at(.9).first - 7) > 1e-3);
    CHECK(at(.9).second > 0.1);
}

TEST_CASE("ripples too fine to be followed are taken for roughness, not for short length scales") {
    auto engine = make_engine(6);
    observations ripples{1, {}, {}, {}};
    for (int i = 0; i < 40; ++i) {
        const double x = uniform(engine);
        ripples.points.push_back(x);
        ripples.scores.push_back(std::sin(4 * x) + 0.1 * std::sin(1000 * x));
        ripples.variances.push_back(0);
    }
    gaussian_process<> surrogate(1);
    surrogate.fit(ripples.points, ripples.scores, ripples.variances);
    const double scale = surrogate.standardisation().scale;
    CHECK(std::sqrt(surrogate.hyper_parameters().roughness) * scale ==
          doctest::Approx(0.1 / std::sqrt(2)).epsilon(0.3));
    CHECK(surrogate.hyper_parameters().kernel[0] > fitted(ripples).hyper_parameters().kernel[0] + 1);
    for (std::size_t i = 0; i < 40; ++i) ripples.scores[i] = std::sin(4 * ripples.points[i]);
    surrogate.fit(ripples.points, ripples.scores, ripples.variances);
    CHECK(surrogate.hyper_parameters().roughness < 1e-9);
}

TEST_CASE("scores that span orders of magnitude are compressed once there are enough of them to say so") {
    const auto is_compressed = [](std::size_t n, double (*score)(double)) {
        sobol_sequence sequence(3, 7);
        observations all{3, {}, {}, std::vector<double>(n, 0.0)};
        std::vector<double> x(3);
        for (std::size_t i = 0; i < n; ++i) {
            sequence.next(x);
            all.points.insert(all.points.end(), x.begin(), x.end());
            all.scores.push_back(score(std::sin(3 * x[0]) + std::cos(2 * x[1]) + x[2] * x[2]));
        }
        return std::isfinite(fitted(all).standardisation().knee);
    };
    const auto plain = [](double height) { return height; };
    const auto exponential = [](double height) { return -std::exp(height); };
    const auto steep = [](double height) { return -std::exp(4 * height); };
    CHECK_FALSE(is_compressed(80, plain));
    CHECK_FALSE(is_compressed(24, exponential));  // 5 nats likelier, of 12
    CHECK(is_compressed(80, exponential));        // 32 nats likelier, of 20
    CHECK(is_compressed(24, steep));
}

TEST_CASE("scores that stand for no number are compressed twice") {
    const auto seen = [](double penalty) {
        observations all = sample(40, 3);
        for (std::size_t i = 0; i < 40; i += 6) all.scores[i] = -penalty;
        return fitted(all).standardisation().poor;
    };
    CHECK(seen(1e30) == compression::twice);
    CHECK(seen(1e308) == compression::twice);
    CHECK(seen(3) != compression::twice);
}

TEST_CASE("equal scores leave the hyper-parameters where their priors have them") {
    observations all = sample(30, 2);
    std::fill(all.scores.begin(), all.scores.end(), 0.1);
    std::fill(all.variances.begin(), all.variances.end(), 0.0);
    const auto expected = gaussian_process<>(2).hyper_parameters();
    CHECK(fitted(all).hyper_parameters().kernel == expected.kernel);
    CHECK(fitted(all).hyper_parameters().signal_variance == expected.signal_variance);
}

TEST_CASE("a few more scores among many keep the hyper-parameters and are conditioned on") {
    const observations all = sample(160, 2);
    const auto first = [&](std::size_t n) {
        return observations{2,
                            {all.points.begin(), all.points.begin() + static_cast<std::ptrdiff_t>(2 * n)},
                            {all.scores.begin(), all.scores.begin() + static_cast<std::ptrdiff_t>(n)},
                            {all.variances.begin(), all.variances.begin() + static_cast<std::ptrdiff_t>(n)}};
    };
    auto surrogate = fitted(first(150));
    const auto before = surrogate.hyper_parameters();
    const auto learn = [&](const observations& some) { surrogate.fit(some.points, some.scores, some.variances); };
    learn(first(152));
    CHECK(surrogate.hyper_parameters().kernel == before.kernel);
    CHECK(surrogate.size() == 152);
    observations shifted = first(153);  // by one score that changes the units of all
    shifted.scores.back() = 1000;
    learn(shifted);
    CHECK(surrogate.hyper_parameters().kernel != before.kernel);
    learn(first(160));
    CHECK(surrogate.hyper_parameters().kernel != before.kernel);
}

TEST_CASE("probed length scales are those of a squared exponential, and within bounds") {
    const auto surrogate = fitted<squared_exponential>(sample(40, 3));
    const auto lengths = surrogate.length_scales();
    for (std::size_t j = 0; j < 3; ++j) {
        const double own = std::clamp(std::exp(surrogate.hyper_parameters().kernel[j]), 0.01, 10.0);
        CHECK(lengths[j] == doctest::Approx(own).epsilon(0.02));
    }
    const gaussian_process<squared_exponential> flat(2, {}, {.priors = {.kernel = {{.mean = 6}, {.mean = -6}}}});
    CHECK(flat.length_scales()[0] == 10);
    CHECK(flat.length_scales()[1] < 0.05);
}

TEST_CASE("one, two and equal scores are enough for a belief") {
    for (const double variance : {0.0, 0.01, unknown})
        for (const auto& scores : {std::vector<double>{7}, std::vector<double>{7, 9}, std::vector<double>(4, 7.0)}) {
            std::vector<double> points(scores.size());
            for (std::size_t i = 0; i < points.size(); ++i) points[i] = 0.2 * static_cast<double>(i);
            const auto surrogate =
                fitted(observations{1, points, scores, std::vector<double>(scores.size(), variance)});
            const auto [mean, spread] = surrogate.predict(std::vector<double>{0});
            const double score = surrogate.standardisation().score(mean);
            CHECK(score > 6.5);
            CHECK(score < 9.5);
            CHECK(spread > 0);
            CHECK(std::isfinite(spread));
        }
}

TEST_CASE("a pending point that is believed narrows the belief there and moves no mean") {
    const auto all = sample(10, 1);
    auto surrogate = fitted(all);
    const std::vector<double> pending = {.77}, elsewhere = {.3};
    const auto before = surrogate.predict(pending), far = surrogate.predict(elsewhere);
    const auto hyper = surrogate.hyper_parameters().kernel;
    auto more = all;
    more.points.push_back(.77);
    more.scores.push_back(surrogate.standardisation().score(before.mean));
    more.variances.push_back(0);
    surrogate.condition(more.points, more.scores, more.variances);
    CHECK(surrogate.size() == 11);
    CHECK(surrogate.hyper_parameters().kernel == hyper);
    CHECK(surrogate.predict(pending).variance < 1e-6 * std::max(before.variance, 1.0));
    CHECK(surrogate.predict(pending).mean == doctest::Approx(before.mean).epsilon(1e-6));
    CHECK(surrogate.predict(elsewhere).mean == doctest::Approx(far.mean).epsilon(1e-6));
}

TEST_CASE("a fit depends on its data alone, up to a better optimum from the last one") {
    const auto all = sample(15, 2), other = sample(15, 2, 77);
    const auto fresh = fitted(all);
    CHECK(fitted(all).hyper_parameters().kernel == fresh.hyper_parameters().kernel);
    auto used = fitted(other);
    used.fit(all.points, all.scores, all.variances);
    CHECK(used.log_marginal_likelihood() > fresh.log_marginal_likelihood() - 1e-2);
}

TEST_CASE("what cannot be used is refused, and the surrogate stays as it was") {
    auto surrogate = fitted(sample(8, 1));
    const std::vector<double> point = {.5};
    const auto before = surrogate.predict(point);
    CHECK_THROWS_AS(surrogate.fit(point, std::vector<double>{unknown}, point), input_error);
    CHECK_THROWS_AS(surrogate.fit(point, point, std::vector<double>{}), input_error);
    CHECK(surrogate.predict(point).mean == before.mean);
    CHECK_THROWS_WITH_AS(gaussian_process<>(0), "surrogate: a point needs at least one coordinate", input_error);
    struct indefinite {
        std::size_t hyper_parameters(std::size_t) const { return 0; }
        double operator()(std::span<const double> x, std::span<const double> y, std::span<const double>) const {
            return x[0] == y[0] ? 1 : 2;
        }
    };
    gaussian_process<indefinite> impossible(1);
    CHECK_THROWS_AS(impossible.fit(std::vector<double>{0, 1}, std::vector<double>{0, 1}, std::vector<double>{0, 0}),
                    work_error);
}

TEST_CASE("where a kernel is certain, beliefs stay above zero and their gradients finite") {
    struct line {  // through the origin
        std::size_t hyper_parameters(std::size_t) const { return 0; }
        double operator()(std::span<const double> x, std::span<const double> y, std::span<const double>) const {
            return x[0] * y[0];
        }
    };
    const auto surrogate = fitted<line>({1, {0, .5, 1}, {1, 2, 3.1}, {.01, .01, 0}});
    const std::vector<double> origin = {0};
    std::vector<double> by_mean(1), by_deviation(1);
    CHECK(surrogate.predict(origin).variance > 0);
    CHECK(surrogate.predict_gradient(origin, by_mean, by_deviation).deviation > 0);
    CHECK(by_mean[0] > 0);
    CHECK(std::isfinite(by_deviation[0]));
}

TEST_CASE("fitting no data leaves the prior") {
    auto surrogate = fitted(sample(8, 1));
    surrogate.fit({}, {}, {});
    CHECK(surrogate.size() == 0);
    CHECK(surrogate.predict(std::vector<double>{.5}).mean == 0);
}

TEST_CASE("a surrogate refuses numbers that it cannot have by name and value") {
    const auto refused = [](const gaussian_process_options& options, const char* message) {
        CHECK_THROWS_WITH_AS(gaussian_process(1, matern52{}, options), message, input_error);
    };
    refused({.priors = {.kernel = {{.deviation = -1}}}},
            "surrogate.priors.kernel[0].deviation is -1, but it must be above 0");
    refused({.mean = INFINITY}, "surrogate.mean is inf, but it must be finite");
    refused({.fit = {.evaluations = 0}}, "surrogate.fit.evaluations is 0, but it must be 1 or more");
    CHECK_THROWS_WITH_AS(gaussian_process(1, rational_quadratic_profile{-1}),
                         "rational_quadratic_profile.shape is -1, but it must be above 0 and finite", input_error);
}
