// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/regression.hpp>

#include <surrogate/reference_values.hpp>

#include <bouillon/core/random.hpp>
#include <bouillon/kernel/ard.hpp>
#include <bouillon/kernel/matern32.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/squared_exponential.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

using namespace bouillon;

TEST_CASE("the likelihood has its reference value at zero mean") {
    const auto check = [](const auto& kernel, const auto& variances, double expected) {
        const auto fitted = regress(kernel, reference::data(variances), reference::at, 0.0);
        REQUIRE(fitted.has_value());
        CHECK(std::abs(fitted->log_marginal_likelihood - expected) < 1e-13);
        CHECK(fitted->jitter == 0);
        CHECK(fitted->mean == 0);
    };
    check(ard<matern52>{}, reference::equal_variances, reference::matern52_equal.log_likelihood);
    check(ard<matern52>{}, reference::own_variances, reference::matern52_own.log_likelihood);
    check(ard<matern32>{}, reference::equal_variances, reference::matern32_equal.log_likelihood);
    check(ard<matern32>{}, reference::own_variances, reference::matern32_own.log_likelihood);
    check(ard<squared_exponential>{}, reference::equal_variances, reference::squared_exponential_equal.log_likelihood);
    check(ard<squared_exponential>{}, reference::own_variances, reference::squared_exponential_own.log_likelihood);
}

TEST_CASE("the weights reproduce the data: A alpha = y - m") {
    const auto data = reference::data(reference::own_variances);
    const auto fitted = regress(ard<matern52>{}, data, reference::at);
    REQUIRE(fitted.has_value());
    for (std::size_t i = 0; i < data.size(); ++i) {
        double sum = data.variances[i] * fitted->coefficients[i];
        for (std::size_t j = 0; j < data.size(); ++j)
            sum += 1.5 * ard<matern52>{}({&data.points[i], 1}, {&data.points[j], 1}, reference::at.kernel) *
                   fitted->coefficients[j];
        CHECK(sum + fitted->mean == doctest::Approx(data.scores[i]).epsilon(1e-12));
    }
}

TEST_CASE("the constant mean is the one of greatest likelihood") {
    const auto data = reference::data(reference::own_variances);
    const auto best = regress(ard<matern52>{}, data, reference::at);
    for (const double other : {best->mean - 0.01, best->mean + 0.01})
        CHECK(regress(ard<matern52>{}, data, reference::at, other)->log_marginal_likelihood <
              best->log_marginal_likelihood);
}

TEST_CASE("a shift of all scores moves the constant mean alone") {
    auto data = reference::data(reference::own_variances);
    const auto before = regress(ard<matern52>{}, data, reference::at);
    for (double& score : data.scores) score += 3;
    const auto after = regress(ard<matern52>{}, data, reference::at);
    CHECK(after->mean == doctest::Approx(before->mean + 3).epsilon(1e-13));
    CHECK(after->log_marginal_likelihood == doctest::Approx(before->log_marginal_likelihood).epsilon(1e-13));
}

TEST_CASE("observations without noise that crowd together need no jitter") {
    training_set data{.dimension = 1};
    for (int i = 0; i < 40; ++i) {
        data.points.push_back(0.5 + i * 1e-9);
        data.scores.push_back(i % 2);
        data.variances.push_back(0);
    }
    const auto fitted = regress(ard<squared_exponential>{}, data, {.kernel = {0}, .signal_variance = 2});
    REQUIRE(fitted.has_value());
    CHECK(fitted->jitter == 0);
    CHECK(std::isfinite(fitted->log_marginal_likelihood));
}

TEST_CASE("without data a regression is its mean") {
    const training_set none{.dimension = 1};
    CHECK(regress(ard<matern52>{}, none, {.kernel = {0}})->mean == 0);
    CHECK(regress(ard<matern52>{}, none, {.kernel = {0}}, 0.25)->mean == 0.25);
}

TEST_CASE("a row that is appended gives the regression of all rows") {
    auto engine = make_engine(4);
    const hyper_parameters at{
        .kernel = {std::log(.3), std::log(.7)}, .signal_variance = 1.7, .noise_variance = .02, .roughness = 1e-3};
    const auto kernel = as_covariance(matern52{});
    for (const std::optional<double> mean : {std::optional<double>{}, std::optional<double>{.3}}) {
        training_set data{.dimension = 2};
        auto grown = *regress(kernel, data, at, mean);
        for (int i = 0; i < 40; ++i) {
            for (int k = 0; k < 2; ++k) data.points.push_back(uniform(engine));
            data.scores.push_back(normal(engine));
            data.variances.push_back(i % 3 == 0 ? std::nan("") : i % 3 == 1 ? .1 : 0);
            REQUIRE(detail::append_row(grown, kernel, data, at, mean));
            const auto whole = *regress(kernel, data, at, mean);
            CHECK(grown.mean == doctest::Approx(whole.mean).epsilon(1e-10));
            CHECK(grown.log_marginal_likelihood == doctest::Approx(whole.log_marginal_likelihood).epsilon(1e-10));
            for (std::size_t j = 0; j < data.size(); ++j)
                CHECK(std::abs(grown.coefficients[j] - whole.coefficients[j]) <
                      1e-10 * (1 + std::abs(whole.coefficients[j])));
            for (std::size_t r = 0; r < data.size(); ++r)
                for (std::size_t c = 0; c <= r; ++c)
                    CHECK(std::abs(grown.factor[r * data.size() + c] - whole.factor[r * data.size() + c]) < 1e-10);
        }
    }
}
