// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/rational_quadratic.hpp>

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/kernel/hellinger.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/product.hpp>
#include <bouillon/kernel/quadratic.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/kernel/sum.hpp>
#include <bouillon/kernel/trended.hpp>

#include <kernel/laws.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <string>

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

TEST_CASE("a shape that is none is refused by whatever is made of it") {
    CHECK_NOTHROW(rational_quadratic_profile{0.5}.check());
    for (const double shape : {0.0, -1.0, double(NAN), double(INFINITY)}) {
        const rational_quadratic_profile wrong{shape};
        const std::string message =
            "rational_quadratic_profile.shape is " + to_string(shape) + ", but it must be above 0 and finite";
        CHECK_THROWS_WITH_AS(wrong.check(), message.c_str(), input_error);
        CHECK_THROWS_AS((ard<rational_quadratic_profile>{wrong}.check()), input_error);
        CHECK_THROWS_AS(sum(matern52{}, wrong).check(), input_error);
        CHECK_THROWS_AS(product(matern52{}, wrong).check(), input_error);
        CHECK_THROWS_AS((hellinger<rational_quadratic_profile>{as_covariance(wrong)}.check()), input_error);
        CHECK_THROWS_AS((trended<rational_quadratic_profile>{sum(wrong, quadratic{})}.check()), input_error);
    }
}
