// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/belief_at_data.hpp>

#include <surrogate/dense.hpp>

#include <bouillon/core/random.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/surrogate/gaussian_process.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// So that what is rough is not explained by short length scales.
constexpr hyper_parameter_prior long_scale{.mean = 0, .deviation = 0.1};

/// Scores of a slope, rough or smooth, with noise of each variance in turn.
gaussian_process<matern52> fitted(double roughness, const std::vector<double>& variances) {
    auto engine = make_engine(5);
    std::vector<double> points, scores, all;
    for (std::size_t i = 0; i < 24; ++i) {
        const double x = uniform(engine), y = uniform(engine), variance = variances[i % variances.size()];
        points.insert(points.end(), {x, y});
        scores.push_back(x - y + roughness * normal(engine) +
                         (std::isnan(variance) ? 0.1 : std::sqrt(variance)) * normal(engine));
        all.push_back(variance);
    }
    gaussian_process<matern52> surrogate(2, {}, {.priors = {.kernel = {long_scale, long_scale}}});
    surrogate.fit(points, scores, all);
    return surrogate;
}

/// The belief in smooth part and roughness together at the observations, where a point is alike only to itself.
dense::belief with_roughness(const gaussian_process<matern52>& surrogate, std::size_t i) {
    auto process = dense::process_of(surrogate);
    const auto smooth = process.k;
    const double own = detail::roughness_at(surrogate.data().variances[i], surrogate.hyper_parameters());
    const auto k = [smooth, own](std::span<const double> x, std::span<const double> y) {
        return smooth(x, y) + (std::ranges::equal(x, y) ? own : 0);
    };
    dense::process<decltype(k)> rough{k, 2, process.mean, process.points, process.values, process.noise};
    for (double& variance : rough.noise) variance -= own;
    return rough.predict(rough.at(i));
}

}  // namespace

TEST_CASE("at a trial the belief is that of a process whose roughness is of the function") {
    const auto surrogate = fitted(0.3, {1e-3});
    REQUIRE(surrogate.hyper_parameters().roughness > detail::noisy_roughness * surrogate.data().variances[0]);
    const auto variances = detail::variances_at_data(surrogate);
    for (std::size_t i = 0; i < surrogate.size(); ++i) {
        const auto expected = with_roughness(surrogate, i);
        CHECK(detail::mean_at(surrogate, i) == doctest::Approx(expected.mean).epsilon(1e-9));
        CHECK(variances[i] == doctest::Approx(expected.variance).epsilon(1e-7));
    }
}

TEST_CASE("where roughness and noise cannot be told apart the belief is that of the smooth part") {
    for (const auto& surrogate : {fitted(0, {0.04}), fitted(0, {unknown})}) {
        const auto variances = detail::variances_at_data(surrogate);
        for (std::size_t i = 0; i < surrogate.size(); ++i) {
            const std::span<const double> point = std::span(surrogate.data().points).subspan(2 * i, 2);
            CHECK(detail::roughness_at(surrogate.data().variances[i], surrogate.hyper_parameters()) == 0);
            CHECK(detail::mean_at(surrogate, i) == doctest::Approx(surrogate.predict(point).mean).epsilon(1e-7));
            CHECK(variances[i] == doctest::Approx(surrogate.predict(point).variance).epsilon(1e-5));
        }
    }
}

TEST_CASE("a certain score is believed as it is, among others that are not") {
    const auto surrogate = fitted(0.3, {0, 0.01, unknown});
    const auto variances = detail::variances_at_data(surrogate);
    for (std::size_t i = 0; i < surrogate.size(); i += 3) {
        CHECK(detail::mean_at(surrogate, i) == surrogate.data().scores[i]);
        CHECK(variances[i] == 0);
    }
    CHECK(variances[1] > 0);
    CHECK(variances[2] > 0);
}

TEST_CASE("an observation is found by its point") {
    const auto surrogate = fitted(0, {0.01});
    for (std::size_t i = 0; i < surrogate.size(); ++i)
        CHECK(detail::observation_at(surrogate, std::span(surrogate.data().points).subspan(2 * i, 2)) == i);
    CHECK(detail::observation_at(surrogate, std::vector{0.5, 0.5}) == surrogate.size());
}
