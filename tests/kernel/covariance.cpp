// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/covariance.hpp>

#include <bouillon/core/blas.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/kernel/ard.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/squared_exponential.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

/// A profile's covariance without its batched members, so that matrices are filled pair by pair.
template <class Profile>
struct pairwise {
    std::size_t hyper_parameters(std::size_t dimension) const { return dimension; }
    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        return ard<Profile>{}(x, y, logs);
    }
};

/// The same with gradients of its own, which are off by 1 so that their use shows.
struct marked : pairwise<matern52> {
    void gradient(std::span<const double>, std::span<const double>, std::span<const double>,
                  std::span<double> out) const {
        for (double& value : out) value = 1;
    }
    void point_gradient(std::span<const double>, std::span<const double>, std::span<const double>,
                        std::span<double> out) const {
        for (double& value : out) value = 2;
    }
};

static_assert(!batched_kernel<pairwise<matern52>> && covariance_kernel<pairwise<matern52>>);

constexpr std::size_t n = 7, m = 4, d = 2;
const std::vector<double> logs = {-0.9, 0.2};

std::vector<double> random_values(std::size_t count, std::uint64_t seed) {
    auto engine = make_engine(seed);
    std::vector<double> values(count);
    for (double& value : values) value = uniform(engine);
    return values;
}

void check_close(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) < tolerance);
}

}  // namespace

TEST_CASE("matrices that are filled pair by pair are those that a kernel fills itself") {
    const auto points = random_values(n * d, 1), others = random_values(m * d, 2);
    std::vector<double> slow(n * m), fast(n * m), slow_lower(n * n), fast_lower(n * n);
    detail::fill_covariance(pairwise<matern52>{}, d, points, others, logs, slow);
    detail::fill_covariance(ard<matern52>{}, d, points, others, logs, fast);
    check_close(slow, fast, 1e-14);
    detail::fill_covariance_lower(pairwise<matern52>{}, d, points, logs, slow_lower);
    detail::fill_covariance_lower(ard<matern52>{}, d, points, logs, fast_lower);
    check_close(slow_lower, fast_lower, 1e-14);
}

TEST_CASE("finite differences stand in for the gradients that a kernel does not write") {
    const auto points = random_values(n * d, 3), x = random_values(d, 4);
    auto weights = random_values(n * n, 5), same = weights;
    std::vector<double> slow(d), fast(d), slow_points(n * d), fast_points(n * d);
    detail::contract_covariance_gradient(pairwise<squared_exponential>{}, d, points, logs, weights, slow);
    detail::contract_covariance_gradient(ard<squared_exponential>{}, d, points, logs, same, fast);
    check_close(slow, fast, 1e-8);
    detail::fill_point_gradients(pairwise<squared_exponential>{}, x, points, logs, slow_points);
    detail::fill_point_gradients(ard<squared_exponential>{}, x, points, logs, fast_points);
    check_close(slow_points, fast_points, 1e-9);
}

TEST_CASE("a kernel's own gradients are used") {
    const auto points = random_values(n * d, 3), x = random_values(d, 4);
    std::vector<double> weights(n * n, 1.0), gradient(d), gradients(n * d);
    detail::contract_covariance_gradient(marked{}, d, points, logs, weights, gradient);
    CHECK(gradient == std::vector<double>(d, n * n));
    detail::fill_point_gradients(marked{}, x, points, logs, gradients);
    CHECK(gradients == std::vector<double>(n * d, 2.0));
}

TEST_CASE("covariance matrices are positive definite at any length scale") {
    const auto points = random_values(30 * d, 6);
    for (const double log_length_scale : {-3.6, -1.0, 1.0, 6.0}) {
        std::vector<double> matrix(30 * 30);
        const std::vector<double> scales(d, log_length_scale);
        detail::fill_covariance_lower(ard<matern52>{}, d, points, scales, matrix);
        for (std::size_t i = 0; i < 30; ++i) matrix[i * 30 + i] += 1e-10;
        CHECK(detail::cholesky_lower(30, matrix.data(), 30));
    }
}
