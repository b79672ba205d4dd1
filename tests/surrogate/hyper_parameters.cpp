// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/hyper_parameters.hpp>

#include <bouillon/core/error.hpp>
#include <bouillon/kernel/ard.hpp>
#include <bouillon/kernel/matern52.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

struct plain {
    std::size_t hyper_parameters(std::size_t) const { return 3; }
    double operator()(std::span<const double>, std::span<const double>, std::span<const double>) const { return 1; }
};

hyper_parameter_priors priors() { return detail::complete_priors(ard<matern52>{}, 2, {}); }

}  // namespace

TEST_CASE("a kernel's own priors are used, else wide ones, else those that are given") {
    CHECK(priors().kernel.size() == 2);
    CHECK(priors().kernel[0].mean == ard<matern52>{}.prior(2)[0].mean);
    CHECK(detail::complete_priors(plain{}, 2, {}).kernel.size() == 3);
    const hyper_parameter_priors given = {.kernel = {{.mean = 5}, {.mean = 6}}};
    CHECK(detail::complete_priors(ard<matern52>{}, 2, given).kernel[1].mean == 6);
    CHECK_THROWS_WITH_AS(detail::complete_priors(plain{}, 2, given),
                         "surrogate: 2 priors for a kernel of 3 hyper-parameters", input_error);
}

TEST_CASE("packed hyper-parameters come apart again") {
    const hyper_parameters at = {.kernel = {-1, 2}, .signal_variance = 3, .noise_variance = 1e-5, .roughness = 1e-7};
    const auto logs = detail::pack(at);
    REQUIRE(logs.size() == 5);
    const auto back = detail::unpack(logs);
    CHECK(back.kernel == at.kernel);
    CHECK(back.signal_variance == doctest::Approx(3).epsilon(1e-15));
    CHECK(back.noise_variance == doctest::Approx(1e-5).epsilon(1e-14));
    CHECK(back.roughness == doctest::Approx(1e-7).epsilon(1e-14));
}

TEST_CASE("a fit starts at the priors' mode") {
    const auto start = detail::prior_start(priors());
    CHECK(std::exp(start.kernel[0]) == doctest::Approx(.2896).epsilon(1e-3));
    CHECK(start.signal_variance == 2);
    CHECK(start.noise_variance == doctest::Approx(std::exp(-8.0)).epsilon(1e-14));
    CHECK(start.roughness == doctest::Approx(std::exp(-8.0)).epsilon(1e-14));
    auto logs = detail::pack(start);
    std::vector<double> gradient(5);
    detail::add_log_prior(priors(), logs, gradient);
    CHECK(gradient[0] == 0);
    CHECK(gradient[1] == 0);
    CHECK(std::abs(gradient[2]) < 1e-14);
    CHECK(std::abs(gradient[3]) < 1e-14);
    CHECK(std::abs(gradient[4]) < 1e-14);
}

TEST_CASE(
    "the log prior is log-normal in the length scales, gamma in the signal variance, normal in the logs of the "
    "noises") {
    const auto all = priors();
    const std::vector<double> a = {-1.5, 0.4, 0.3, -9, -20}, b = {0.2, -1, -0.6, -12, 1};
    const auto log_normal = [](double location, double shape, double logarithm) {
        return -logarithm - 0.5 * std::pow((logarithm - location) / shape, 2);
    };
    const double location = std::sqrt(2.0) + 0.5 * std::log(2.0);
    const auto density = [&](const std::vector<double>& logs) {
        return log_normal(location, std::sqrt(3.0), logs[0]) + log_normal(location, std::sqrt(3.0), logs[1]) + logs[2] -
               0.5 * std::exp(logs[2]) - 0.5 * std::pow((logs[3] + 8) / 3, 2) - 0.5 * std::pow((logs[4] + 8) / 6, 2);
    };
    std::vector<double> ignored(5);
    CHECK(detail::add_log_prior(all, a, ignored) - detail::add_log_prior(all, b, ignored) ==
          doctest::Approx(density(a) - density(b)).epsilon(1e-13));
}

TEST_CASE("the gradient of the log prior is added and agrees with central differences") {
    const std::vector<double> at = {-1.5, 0.4, 0.3, -9, -20};
    std::vector<double> gradient(5, 100), ignored(5);
    detail::add_log_prior(priors(), at, gradient);
    for (std::size_t j = 0; j < 5; ++j) {
        auto above = at, below = at;
        above[j] += 1e-5;
        below[j] -= 1e-5;
        const double difference =
            detail::add_log_prior(priors(), above, ignored) - detail::add_log_prior(priors(), below, ignored);
        CHECK(gradient[j] - 100 == doctest::Approx(difference / 2e-5).epsilon(1e-7));
    }
}

TEST_CASE("hyper-parameters are kept within their bounds") {
    std::vector<double> low(5, -100), high(5, 100);
    detail::project_into_bounds(priors(), low);
    detail::project_into_bounds(priors(), high);
    const auto least = detail::unpack(low), greatest = detail::unpack(high);
    CHECK(std::exp(least.kernel[1]) == doctest::Approx(0.025));
    CHECK(least.signal_variance == doctest::Approx(1e-3));
    CHECK(least.noise_variance == doctest::Approx(1e-6));
    CHECK(least.roughness == doctest::Approx(1e-12));
    CHECK(std::exp(greatest.kernel[1]) == doctest::Approx(1e3));
    CHECK(greatest.signal_variance == doctest::Approx(1e3));
    CHECK(greatest.noise_variance == doctest::Approx(10));
    CHECK(greatest.roughness == doctest::Approx(10));
}

TEST_CASE("priors that are none are refused by name and value") {
    CHECK_NOTHROW(check(hyper_parameter_priors{}));
    CHECK_NOTHROW(check(hyper_parameter_priors{.roughness = no_roughness}));
    CHECK_NOTHROW(check(hyper_parameter_priors{.kernel = {{.lower = -INFINITY, .upper = INFINITY}}}));
    const auto refused = [](const hyper_parameter_priors& priors, const char* message) {
        CHECK_THROWS_WITH_AS(check(priors), message, input_error);
    };
    refused({.kernel = {{}, {.mean = NAN}}}, "surrogate.priors.kernel[1].mean is nan, but it must be finite");
    refused({.kernel = {{.deviation = 0}}}, "surrogate.priors.kernel[0].deviation is 0, but it must be above 0");
    refused({.noise_variance = {.lower = NAN}},
            "surrogate.priors.noise_variance.lower is nan, but it must be a number");
    refused({.roughness = {.lower = 1, .upper = 0}},
            "surrogate.priors.roughness.upper is 0, but it must be lower, 1, or more");
    refused({.signal_variance = {.shape = 0}},
            "surrogate.priors.signal_variance.shape is 0, but it must be above 0 and finite");
    refused({.signal_variance = {.rate = NAN}},
            "surrogate.priors.signal_variance.rate is nan, but it must be above 0 and finite");
    refused({.signal_variance = {.lower = 0}},
            "surrogate.priors.signal_variance.lower is 0, but it must be above 0 and finite");
    refused({.signal_variance = {.lower = 2, .upper = 1}},
            "surrogate.priors.signal_variance.upper is 1, but it must be lower, 2, or more");
}
