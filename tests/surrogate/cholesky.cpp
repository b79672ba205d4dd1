// SPDX-License-Identifier: Apache-2.0
#include <bouillon/surrogate/cholesky.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace bouillon::detail;

namespace {

/// Largest difference between L L' and the lower triangle of a matrix.
double error_of_factor(std::size_t n, const std::vector<double>& factor, const std::vector<double>& matrix) {
    double error = 0;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = 0;
            for (std::size_t k = 0; k <= j; ++k) sum += factor[i * n + k] * factor[j * n + k];
            error = std::max(error, std::abs(sum - matrix[i * n + j]));
        }
    return error;
}

}  // namespace

TEST_CASE("a sound matrix is factored as it is") {
    const std::vector<double> matrix = {4, 0, 0, 2, 5, 0, 1, 3, 6};
    auto factor = matrix;
    CHECK(guarded_cholesky(3, factor, 1) == 0);
    CHECK(error_of_factor(3, factor, matrix) < 1e-15);
}

TEST_CASE("a singular matrix gets the least jitter of the ladder, in units of the signal variance") {
    const std::vector<double> matrix(16, 3.0);
    auto factor = matrix;
    const auto jitter = guarded_cholesky(4, factor, 3);
    REQUIRE(jitter.has_value());
    CHECK(*jitter == doctest::Approx(3e-8).epsilon(1e-12));
    auto with_jitter = matrix;
    for (std::size_t i = 0; i < 4; ++i) with_jitter[i * 4 + i] += *jitter;
    CHECK(error_of_factor(4, factor, with_jitter) < 1e-14);
}

TEST_CASE("a matrix that is slightly indefinite climbs the ladder") {
    std::vector<double> matrix = {1, 0, 1 + 1e-6, 1};  // eigenvalues 2 and -1e-6
    const auto jitter = guarded_cholesky(2, matrix, 1);
    REQUIRE(jitter.has_value());
    CHECK(*jitter == doctest::Approx(1e-5).epsilon(1e-12));
}

TEST_CASE("pivots that are rounding error count as failure") {
    std::vector<double> matrix = {1, 0, 1, 1 + 1e-14};
    const auto jitter = guarded_cholesky(2, matrix, 1);
    REQUIRE(jitter.has_value());
    CHECK(*jitter > 0);
}

TEST_CASE("what is not positive definite at all, or not finite, is refused") {
    const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    for (const double bad : {2.0, nan, infinity}) {
        std::vector<double> matrix = {1, 0, bad, 1};
        CHECK_FALSE(guarded_cholesky(2, matrix, 1).has_value());
    }
    std::vector<double> matrix = {1, 0, 0, nan};
    CHECK_FALSE(guarded_cholesky(2, matrix, 1).has_value());
    matrix = {1, 0, 0, infinity};
    CHECK_FALSE(guarded_cholesky(2, matrix, 1).has_value());
}
