// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/product.hpp>

#include <bouillon/kernel/matern32.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/quadratic.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/kernel/sum.hpp>

#include <kernel/laws.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("a product of kernels is the product of its factors") {
    const std::vector<double> x = {0.1, 0.8}, y = {0.6, 0.3}, logs = {-0.5, 0.2, 0.4};
    const double expected = ard<matern52>{}(x, y, std::vector{-0.5, 0.2}) * quadratic{}(x, y, std::vector{0.4});
    CHECK(product<matern52, quadratic>{}(x, y, logs) == doctest::Approx(expected).epsilon(1e-14));
}

TEST_CASE("a product of squared exponentials is a squared exponential") {
    const std::vector<double> x = {0.1}, y = {0.6}, logs = {0.3, -0.2};
    const double precision = std::exp(-0.6) + std::exp(0.4);
    CHECK(product<squared_exponential, squared_exponential>{}(x, y, logs) ==
          doctest::Approx(std::exp(-0.5 * precision * 0.25)).epsilon(1e-14));
}

TEST_CASE("gradients of a product of kernels are its central differences") {
    check_covariance(product<matern52, quadratic>{}, 3, {-0.5, 0.3, -1.1, 0.7});
    check_covariance(product<matern52, squared_exponential, matern32>{}, 2, {-0.5, 0.3, 0.9, -1.1, 0.7, 0.4});
    check_covariance(product<sum<matern52, quadratic>, matern32>{}, 1, {-0.5, 0.3, 0.2, -0.1});
}

TEST_CASE("a product's priors are its factors'") {
    const auto priors = product<matern52, quadratic>{}.prior(2);
    REQUIRE(priors.size() == 3);
    CHECK(priors[0].mean == ard<matern52>{}.prior(2)[0].mean);
    CHECK(priors[2].deviation == quadratic{}.prior(2)[0].deviation);
}
