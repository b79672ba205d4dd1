// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/quadratic.hpp>

#include <kernel/laws.hpp>

#include <doctest/doctest.h>

#include <initializer_list>

using namespace bouillon;

namespace {

/// The polynomials of degree 2 in z = (x - 1/2) / t, in two dimensions, with the deviations of their coefficients.
std::vector<double> features(const std::vector<double>& x, double t) {
    const double a = (x[0] - 0.5) / t, b = (x[1] - 0.5) / t, root = std::sqrt(2.0);
    return {1, root * a, root * b, a * a, b * b, root * a * b};
}

}  // namespace

TEST_CASE("the quadratic covariance is that of quadratic polynomials with independent coefficients") {
    const std::vector<double> x = {0.1, 0.8}, y = {0.6, 0.3}, log_scale = {std::log(0.4)};
    const auto left = features(x, 0.4), right = features(y, 0.4);
    CHECK(quadratic{}(x, y, log_scale) ==
          doctest::Approx(std::inner_product(left.begin(), left.end(), right.begin(), 0.0)).epsilon(1e-14));
}

TEST_CASE("gradients of the quadratic covariance are its central differences") {
    for (const double log_scale : {-1.0, 0.0, 1.0}) {
        check_covariance(quadratic{}, 3, {log_scale});
        check_covariance(quadratic{}, 1, {log_scale});
    }
}

TEST_CASE("the scale is expected to be a quarter of the distance from the centre to a corner, in any dimension") {
    for (const std::size_t d : {1, 2, 9}) {
        const double corner = 0.5 * std::sqrt(static_cast<double>(d));
        CHECK(std::exp(quadratic{}.prior(d)[0].mean) == doctest::Approx(corner / 4));
    }
}
