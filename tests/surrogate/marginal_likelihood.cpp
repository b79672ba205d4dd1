// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/marginal_likelihood.hpp>

#include <surrogate/reference_values.hpp>

#include <bouillon/core/random.hpp>
#include <bouillon/kernel/ard.hpp>
#include <bouillon/kernel/matern32.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/squared_exponential.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

using namespace bouillon;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

template <class Kernel>
void check_reference(const Kernel& kernel, const std::vector<double>& variances, const reference::values& expected) {
    const auto data = reference::data(variances);
    std::array<double, 4> gradient{};
    const double value = marginal_likelihood(kernel, data, 0.0)(reference::at, gradient);
    CHECK(std::abs(value - expected.log_likelihood) < 1e-13);
    CHECK(std::abs(gradient[0] - expected.by_log_length_scale) < 1e-12);
    CHECK(std::abs(gradient[1] - expected.by_log_signal_variance) < 1e-12);
    CHECK(gradient[2] == 0);
    CHECK(gradient[3] == 0);
}

/// 12 observations in three dimensions: known variances, unknown ones and one of 0.
training_set mixed_data() {
    auto engine = make_engine(5);
    training_set data{.dimension = 3};
    for (int i = 0; i < 12; ++i) {
        for (int j = 0; j < 3; ++j) data.points.push_back(uniform(engine));
        data.scores.push_back(normal(engine));
        data.variances.push_back(i == 4 ? 0 : i % 2 == 0 ? 0.05 : unknown);
    }
    return data;
}

/// A kernel that is not stationary and gives no gradients: a product of lines.
struct affine {
    std::size_t hyper_parameters(std::size_t) const { return 2; }
    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        double product = std::exp(logs[0]);
        for (std::size_t j = 0; j < x.size(); ++j) product += std::exp(logs[1]) * x[j] * y[j];
        return product + 0.5 * matern52{}(std::pow(x[0] - y[0], 2));
    }
};

template <class Kernel>
void check_gradient(const Kernel& kernel, const training_set& data, const hyper_parameters& at,
                    std::optional<double> mean) {
    marginal_likelihood likelihood(kernel, data, mean);
    const auto logs = detail::pack(at);
    std::vector<double> gradient(logs.size()), ignored(logs.size());
    likelihood(at, gradient);
    for (std::size_t j = 0; j < logs.size(); ++j) {
        CAPTURE(j);
        auto above = logs, below = logs;
        above[j] += 1e-5;
        below[j] -= 1e-5;
        const double difference =
            likelihood(detail::unpack(above), ignored) - likelihood(detail::unpack(below), ignored);
        CHECK(gradient[j] == doctest::Approx(difference / 2e-5).epsilon(1e-6));
    }
}

}  // namespace

TEST_CASE("the likelihood and its gradient have their reference values") {
    check_reference(ard<matern52>{}, reference::equal_variances, reference::matern52_equal);
    check_reference(ard<matern52>{}, reference::own_variances, reference::matern52_own);
    check_reference(ard<matern32>{}, reference::equal_variances, reference::matern32_equal);
    check_reference(ard<matern32>{}, reference::own_variances, reference::matern32_own);
    check_reference(ard<squared_exponential>{}, reference::equal_variances, reference::squared_exponential_equal);
    check_reference(ard<squared_exponential>{}, reference::own_variances, reference::squared_exponential_own);
}

TEST_CASE("the gradient of the likelihood agrees with central differences") {
    const auto data = mixed_data();
    const hyper_parameters at = {
        .kernel = {-1, -0.3, 0.4}, .signal_variance = 1.7, .noise_variance = 0.02, .roughness = 0.01};
    for (const auto mean : {std::optional<double>(0.3), std::optional<double>()}) {
        check_gradient(ard<matern52>{}, data, at, mean);
        check_gradient(ard<squared_exponential>{}, data, at, mean);
        check_gradient(affine{}, data,
                       {.kernel = {-1, 0.2}, .signal_variance = 0.8, .noise_variance = 0.1, .roughness = 0.2}, mean);
    }
}

TEST_CASE("a likelihood that is evaluated again gives the same numbers") {
    const auto data = mixed_data();
    const ard<matern52> kernel;
    marginal_likelihood likelihood(kernel, data);
    const hyper_parameters at = {.kernel = {-1, -0.3, 0.4}}, elsewhere = {.kernel = {0, 0, 0}, .signal_variance = 3};
    std::vector<double> first(6), second(6), between(6);
    const double value = likelihood(at, first);
    likelihood(elsewhere, between);
    CHECK(likelihood(at, second) == value);
    CHECK(first == second);
    CHECK(between != first);
}

TEST_CASE("a matrix that is no covariance has likelihood zero") {
    struct indefinite {
        std::size_t hyper_parameters(std::size_t) const { return 0; }
        double operator()(std::span<const double> x, std::span<const double> y, std::span<const double>) const {
            return x[0] == y[0] ? 1 : 2;
        }
    };
    const auto data = mixed_data();
    std::array<double, 3> gradient = {7, 7, 7};
    CHECK(marginal_likelihood(indefinite{}, data)({}, gradient) == -std::numeric_limits<double>::infinity());
    CHECK(gradient == std::array<double, 3>{0, 0, 0});
}

TEST_CASE("no data say nothing about the hyper-parameters") {
    const training_set none{.dimension = 2};
    std::array<double, 5> gradient = {7, 7, 7, 7, 7};
    CHECK(marginal_likelihood(ard<matern52>{}, none)({.kernel = {0, 0}}, gradient) == 0);
    CHECK(gradient == std::array<double, 5>{});
}
