// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/rational_quadratic.hpp>

#include <bouillon/kernel/squared_exponential.hpp>

#include <kernel/laws.hpp>

#include <doctest/doctest.h>

#include <initializer_list>

using namespace bouillon;

TEST_CASE("the rational quadratic profile has its reference values and its derivative") {
    // (1 + r^2 / (2 shape))^-shape by another program; shape 2.5, as 1 would fade too slowly for the law at 1e8
    check_profile(rational_quadratic_profile{2.5},
                  {.885170134193680888, .633938145260608928, .230048145833311697, .0113402302906628616});
}

TEST_CASE("the gradients of the rational quadratic covariance, by its shape too, are its central differences") {
    for (const double log_shape : {-2.0, 0.0, 3.0})
        check_covariance(rational_quadratic{}, 3, {-0.5, 0.3, -1.1, log_shape});
    check_covariance(rational_quadratic{}, 1, {-1.5, 0.5});
}

TEST_CASE("a rational quadratic of large shape is a squared exponential") {
    const std::vector<double> x = {0.1, 0.7}, y = {0.5, 0.2}, scales = {-0.5, 0.3}, logs = {-0.5, 0.3, std::log(1e7)};
    CHECK(rational_quadratic{}(x, y, logs) == doctest::Approx(ard<squared_exponential>{}(x, y, scales)).epsilon(1e-6));
}

TEST_CASE("the shape's prior stands behind those of the length scales") {
    const auto priors = rational_quadratic{}.prior(4);
    REQUIRE(priors.size() == 5);
    CHECK(priors[3].mean == ard<squared_exponential>{}.prior(4)[3].mean);
    CHECK(priors[4].mean == 0);
}
