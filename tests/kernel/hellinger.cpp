// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/hellinger.hpp>

#include <bouillon/kernel/matern32.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/squared_exponential.hpp>
#include <bouillon/kernel/sum.hpp>

#include <kernel/laws.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("with equal length scales the distance is Hellinger's") {
    const std::vector<double> w = {0.2, 0.5, 0.3}, v = {0.6, 0.1, 0.3}, logs(3, 0.0);
    double affinity = 0;  // sum sqrt(w v), so that |sqrt w - sqrt v|^2 = 2 - 2 affinity
    for (std::size_t j = 0; j < 3; ++j) affinity += std::sqrt(w[j] * v[j]);
    CHECK(hellinger<squared_exponential>{}(w, v, logs) == doctest::Approx(std::exp(affinity - 1)).epsilon(1e-5));
}

TEST_CASE("gradients of a kernel on square roots are its central differences") {
    check_covariance(hellinger<matern52>{}, 3, {-0.5, 0.3, -1.1});
    check_covariance(hellinger<sum<matern32, squared_exponential>>{}, 2, {-0.5, 0.3, 0.1, -1.1, 0.6});
}

TEST_CASE("gradients are finite where a merge weight is zero, and agree with differences there") {
    const hellinger<matern52> kernel;
    const std::vector<double> w = {0.0, 1.0}, points = {0.0, 1.0, 0.3, 0.7, 1.0, 0.0}, logs = {0.0, 0.0};
    std::vector<double> gradients(6);
    kernel.fill_point_gradients(w, points, logs, gradients);
    for (std::size_t a = 0; a < 3; ++a) {
        const auto point = std::span<const double>(points).subspan(2 * a, 2);
        const double step = 1e-10, above = kernel(std::vector{step, 1.0}, point, logs), at = kernel(w, point, logs);
        CHECK(std::isfinite(gradients[2 * a]));
        CHECK(gradients[2 * a] == doctest::Approx((above - at) / step).epsilon(1e-3));
    }
}
