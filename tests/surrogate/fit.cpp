// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/fit.hpp>

#include <bouillon/core/random.hpp>
#include <bouillon/kernel/ard.hpp>
#include <bouillon/kernel/matern52.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace bouillon;

namespace {

const projected_gradient_options thorough = {.evaluations = 300, .gradient_tolerance = 1e-6};

/// 40 noisy scores of a function that depends on the first of two coordinates alone.
training_set one_sided(double variance) {
    auto engine = make_engine(11);
    training_set data{.dimension = 2};
    for (int i = 0; i < 40; ++i) {
        const double x = uniform(engine);
        data.points.insert(data.points.end(), {x, uniform(engine)});
        data.scores.push_back(std::sin(6 * x) + 0.1 * normal(engine));
        data.variances.push_back(variance);
    }
    return data;
}

}  // namespace

TEST_CASE("a fit ends where the posterior is flat, or at a bound") {
    const auto data = one_sided(0.01);
    const ard<matern52> kernel;
    const auto priors = detail::complete_priors(kernel, 2, {});
    const std::vector<hyper_parameters> starts = {detail::prior_start(priors)};
    const auto best = fit_hyper_parameters(kernel, data, priors, {}, starts, thorough);
    auto logs = detail::pack(best.hyper);
    std::vector<double> gradient(logs.size());
    marginal_likelihood(kernel, data)(best.hyper, gradient);
    detail::add_log_prior(priors, logs, gradient);
    for (const double slope : gradient) CHECK(std::abs(slope) < 1e-3);
    CHECK(best.evaluations < 60);
}

TEST_CASE("a coordinate that does not matter gets the longer length scale") {
    const auto data = one_sided(0.01);
    const ard<matern52> kernel;
    const auto priors = detail::complete_priors(kernel, 2, {});
    const std::vector<hyper_parameters> starts = {detail::prior_start(priors)};
    const auto best = fit_hyper_parameters(kernel, data, priors, {}, starts, thorough);
    CHECK(best.hyper.kernel[1] > best.hyper.kernel[0] + 1);
}

TEST_CASE("an unknown noise is best from the data") {
    const auto data = one_sided(std::numeric_limits<double>::quiet_NaN());
    const ard<matern52> kernel;
    const auto priors = detail::complete_priors(kernel, 2, {});
    const std::vector<hyper_parameters> starts = {detail::prior_start(priors)};
    const auto best = fit_hyper_parameters(kernel, data, priors, {}, starts, thorough);
    CHECK(best.hyper.noise_variance > 0.01 / 2);
    CHECK(best.hyper.noise_variance < 0.01 * 2);
}

TEST_CASE("the best start wins, whatever their order") {
    const auto data = one_sided(0.01);
    const ard<matern52> kernel;
    const auto priors = detail::complete_priors(kernel, 2, {});
    const projected_gradient_options none = {.evaluations = 1};
    const hyper_parameters poor = {.kernel = {-3, -3}, .signal_variance = 0.01};
    const hyper_parameters good = {.kernel = {-1, 1}, .signal_variance = 1};
    const std::vector<hyper_parameters> one = {poor, good}, other = {good, poor};
    CHECK(fit_hyper_parameters(kernel, data, priors, {}, one, none).hyper.kernel == good.kernel);
    CHECK(fit_hyper_parameters(kernel, data, priors, {}, other, none).hyper.kernel == good.kernel);
    CHECK(fit_hyper_parameters(kernel, data, priors, {}, other, none).evaluations == 2);
}
