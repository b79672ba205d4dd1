// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/sum.hpp>

#include <bouillon/kernel/matern12.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/product.hpp>
#include <bouillon/kernel/quadratic.hpp>
#include <bouillon/kernel/rational_quadratic.hpp>
#include <bouillon/kernel/squared_exponential.hpp>

#include <kernel/laws.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

/// A covariance with nothing beyond what the concept asks for.
struct linear {
    std::size_t hyper_parameters(std::size_t) const { return 1; }
    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        double sum = 0;
        for (std::size_t j = 0; j < x.size(); ++j) sum += x[j] * y[j];
        return sum * std::exp(logs[0]);
    }
};

}  // namespace

TEST_CASE("a sum of kernels is the sum of its terms, each after the first with its share") {
    const std::vector<double> x = {0.1, 0.8}, y = {0.6, 0.3};
    const std::vector<double> logs = {-0.5, 0.2, std::log(3.0), 0.4};  // of matern52, the share, of quadratic
    const double expected = ard<matern52>{}(x, y, std::vector{-0.5, 0.2}) + 3 * quadratic{}(x, y, std::vector{0.4});
    CHECK(sum<matern52, quadratic>{}(x, y, logs) == doctest::Approx(expected).epsilon(1e-14));
}

TEST_CASE("gradients of a sum of kernels are its central differences") {
    check_covariance(sum<matern52, quadratic>{}, 3, {-0.5, 0.3, -1.1, 0.7, -0.4});
    check_covariance(sum<matern52, squared_exponential, linear>{}, 2, {-0.5, 0.3, 0.9, -1.1, 0.7, -0.4, 0.1});
    check_covariance(sum<linear, matern12>{}, 1, {-0.5, 0.3, -0.1});
    check_covariance(sum<product<matern52, matern12>, rational_quadratic>{}, 1, {-0.5, 0.2, -1.0, 0.3, -0.1});
}

TEST_CASE("a sum's priors are its terms' with one for the share between them") {
    const auto priors = sum<matern52, linear, quadratic>{}.prior(2);
    REQUIRE(priors.size() == 6);
    CHECK(priors[1].mean == ard<matern52>{}.prior(2)[1].mean);
    CHECK(priors[2].mean == 0);
    CHECK(priors[3].mean == hyper_parameter_prior{}.mean);
    CHECK(priors[5].deviation == quadratic{}.prior(2)[0].deviation);
}

TEST_CASE("a sum is made of terms with a state of their own") {
    const sum kernel(rational_quadratic_profile{3}, matern52{});
    static_assert(std::is_same_v<decltype(kernel), const sum<rational_quadratic_profile, matern52>>);
    CHECK(std::get<0>(kernel.parts).profile.shape == 3);
}
