// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/concept.hpp>

#include <bouillon/kernel/ard.hpp>
#include <bouillon/kernel/matern52.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

struct two_lines {
    double operator()(double r2) const { return std::exp(-r2); }
    double derivative(double r2) const { return -std::exp(-r2); }
};

struct no_derivative {
    double operator()(double r2) const { return std::exp(-r2); }
};

struct not_const {
    double operator()(double r2) { return r2; }
    double derivative(double r2) { return r2; }
};

struct linear {
    std::size_t hyper_parameters(std::size_t) const { return 1; }
    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        return x[0] * y[0] * std::exp(logs[0]);
    }
};

struct linear_with_gradients : linear {
    void gradient(std::span<const double>, std::span<const double>, std::span<const double>, std::span<double>) const;
    void point_gradient(std::span<const double>, std::span<const double>, std::span<const double>,
                        std::span<double>) const;
    std::vector<hyper_parameter_prior> prior(std::size_t) const;
};

struct uncounted {
    double operator()(std::span<const double>, std::span<const double>, std::span<const double>) const;
};

static_assert(stationary_kernel<two_lines>);
static_assert(!stationary_kernel<no_derivative>);
static_assert(!stationary_kernel<not_const>);
static_assert(!stationary_kernel<linear>);
static_assert(!stationary_kernel<double (*)(double)>);

static_assert(covariance_kernel<linear>);
static_assert(covariance_kernel<ard<two_lines>>);
static_assert(!covariance_kernel<uncounted>);
static_assert(!covariance_kernel<two_lines>);

static_assert(surrogate_kernel<two_lines> && surrogate_kernel<linear>);
static_assert(!surrogate_kernel<no_derivative> && !surrogate_kernel<uncounted> && !surrogate_kernel<int>);

// What is meant as a covariance is asked to be one, and all else to be a profile.
struct both_forms : two_lines, linear {
    using linear::operator();
    using two_lines::operator();
};
static_assert(surrogate_kernel<both_forms> && !detail::meant_as_covariance<both_forms>);
static_assert(detail::meant_as_covariance<linear> && detail::meant_as_covariance<uncounted>);
static_assert(!detail::meant_as_covariance<no_derivative> && !detail::meant_as_covariance<int>);

static_assert(!differentiable_kernel<linear> && differentiable_kernel<linear_with_gradients>);
static_assert(!point_differentiable_kernel<linear> && point_differentiable_kernel<linear_with_gradients>);
static_assert(!kernel_with_prior<linear> && kernel_with_prior<linear_with_gradients>);
static_assert(!batched_kernel<linear> && batched_kernel<ard<matern52>> && kernel_with_prior<ard<matern52>>);

}  // namespace

TEST_CASE("a prior of a hyper-parameter is wide by default") {
    const hyper_parameter_prior prior;
    CHECK(std::exp(prior.lower) == doctest::Approx(1e-3).epsilon(1e-12));
    CHECK(std::exp(prior.upper) == doctest::Approx(1e3).epsilon(1e-12));
    CHECK(prior.mean == 0);
}
