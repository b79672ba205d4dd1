// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/kernel.hpp>

#include <bouillon/kernel/matern12.hpp>
#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/quadratic.hpp>

#include <testing/reports.hpp>

#include <check_laws.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

struct gaussian {
    double operator()(double r2) const { return std::exp(-r2 / 2); }
    double derivative(double r2) const { return -0.5 * std::exp(-r2 / 2); }
};

struct wrong_sign : gaussian {
    double derivative(double r2) const { return -gaussian::derivative(r2); }
};

struct derivative_by_r : gaussian {
    double derivative(double r2) const { return 2 * std::sqrt(r2) * gaussian::derivative(r2); }
};

struct wrong_factor : gaussian {
    double derivative(double r2) const { return 1.001 * gaussian::derivative(r2); }
};

struct twice_at_0 {
    double operator()(double r2) const { return 2 * std::exp(-r2 / 2); }
    double derivative(double r2) const { return -std::exp(-r2 / 2); }
};

struct cusp {
    double operator()(double r2) const { return std::exp(-std::sqrt(r2)); }
    double derivative(double r2) const { return -std::exp(-std::sqrt(r2)) / (2 * std::sqrt(r2)); }
};

/// Positive semi-definite on no line: it falls to 0 too abruptly.
struct parabola {
    double operator()(double r2) const { return r2 < 2 ? 1 - r2 * r2 / 4 : 0; }
    double derivative(double r2) const { return r2 < 2 ? -r2 / 2 : 0; }
};

/// A covariance with one length scale, whose members are right.
struct one_scale {
    std::size_t hyper_parameters(std::size_t) const { return 1; }
    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        return gaussian{}(r2(x, y, logs));
    }
    void gradient(std::span<const double> x, std::span<const double> y, std::span<const double> logs,
                  std::span<double> by_logs) const {
        by_logs[0] = -2 * r2(x, y, logs) * gaussian{}.derivative(r2(x, y, logs));
    }
    static double r2(std::span<const double> x, std::span<const double> y, std::span<const double> logs) {
        double sum = 0;
        for (std::size_t j = 0; j < x.size(); ++j) sum += (x[j] - y[j]) * (x[j] - y[j]);
        return sum * std::exp(-2 * logs[0]);
    }
};

struct one_sided : one_scale {
    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const {
        return x[0] < y[0] ? one_scale::operator()(x, y, logs) : 0.5 * one_scale::operator()(x, y, logs);
    }
};

struct wrong_gradient : one_scale {
    void gradient(std::span<const double> x, std::span<const double> y, std::span<const double> logs,
                  std::span<double> by_logs) const {
        one_scale::gradient(x, y, logs, by_logs);
        by_logs[0] /= -2;
    }
};

}  // namespace

TEST_CASE("kernels that keep all laws are not complained of") {
    check_laws(kernel_violations(gaussian{}));
    check_laws(kernel_violations(matern12{}));
    check_laws(kernel_violations(ard<matern52>{}));
    check_laws(kernel_violations(quadratic{}));
    check_laws(kernel_violations(one_scale{}));
}

TEST_CASE("a derivative of the wrong sign is told as such, with both numbers") {
    CHECK(profile_violations(wrong_sign{}).size() == 1);
    check_report(profile_violations(wrong_sign{}),
                 "kernel.derivative(0.01) is 0.49750623959634116, but should be -0.49750623");
    check_report(kernel_violations(wrong_sign{}), "; its sign is wrong (and 4 more)");
}

TEST_CASE("a derivative by the distance rather than its square is told as such") {
    check_report(kernel_violations(derivative_by_r{}), "; it is the derivative by r, not by r2 = r^2");
    check_report(kernel_violations(wrong_factor{}), "kernel.derivative(r2) is d kernel(r2) / d r2");
}

TEST_CASE("a profile that is not 1 at distance 0, or has a cusp there, is told") {
    check_report(kernel_violations(twice_at_0{}), "kernel(0) is 2, but should be 1");
    check_report(kernel_violations(cusp{}), "kernel.derivative(0) is -inf");
}

TEST_CASE("what is not positive semi-definite is told with the variance that would follow") {
    CHECK(profile_violations(parabola{}).empty());
    check_report(kernel_violations(parabola{}), "covariance matrices are positive semi-definite: ");
    check_report(kernel_violations(parabola{}), "dimensions, would be -");
}

TEST_CASE("a covariance that is not symmetric, or whose own gradient is wrong, is told") {
    check_report(covariance_violations(one_sided{}, 2, std::vector{-0.5}), "k(x, y) is k(y, x): ");
    check_report(covariance_violations(wrong_gradient{}, 2, std::vector{-0.5}),
                 "gradients by hyper-parameters agree with differences: ");
    check_report(covariance_violations(one_scale{}, 2, std::vector{-0.5, 0.1}), "2 logarithms for 1 hyper-parameters");
}
