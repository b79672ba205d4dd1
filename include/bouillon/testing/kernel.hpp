// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/random.hpp>
#include <bouillon/kernel/ard.hpp>
#include <bouillon/kernel/concept.hpp>
#include <bouillon/kernel/covariance.hpp>
#include <bouillon/kernel/parts.hpp>
#include <bouillon/testing/random_numbers.hpp>
#include <bouillon/testing/violations.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

/// What a wrong derivative looks like, in words.
inline std::string likely_mistake(double r2, double derivative, double slope) {
    const auto is = [&](double other) { return std::abs(derivative - other) <= 1e-6 * std::abs(other); };
    if (is(-slope)) return "; its sign is wrong";
    if (is(2 * std::sqrt(r2) * slope)) return "; it is the derivative by r, not by r2 = r^2";
    return "";
}

/// The variance that a point would have given those before it, where that is negative.
/// @param matrix (n, n), row-major, the lower triangle; overwritten by what Cholesky's method leaves
inline std::optional<double> negative_variance(std::size_t n, std::span<double> matrix) {
    for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = 0; b <= a; ++b) {
            double rest = matrix[a * n + b];
            for (std::size_t c = 0; c < b; ++c) rest -= matrix[a * n + c] * matrix[b * n + c];
            if (a == b && !(rest > 0)) return rest;
            matrix[a * n + b] = a == b ? std::sqrt(rest) : rest / matrix[b * n + b];
        }
    return std::nullopt;
}

/// The laws of a covariance at one set of hyper-parameters, over points of the unit cube.
template <covariance_kernel Kernel>
class covariance_laws {
 public:
    covariance_laws(Kernel kernel, std::size_t dimension, std::span<const double> logs)
        : kernel_(std::move(kernel)),
          d_(dimension),
          logs_(logs.begin(), logs.end()),
          points_(uniform_numbers(n * dimension, 1)) {}

    void check(law_book& book) {
        const std::size_t count = kernel_.hyper_parameters(d_);
        book.require(count == logs_.size(), "a kernel has a logarithm for each hyper-parameter", [&] {
            return to_string(logs_.size()) + " logarithms for " + to_string(count) + " hyper-parameters";
        });
        if (count != logs_.size()) return;
        check_symmetry(book);
        check_matrices(book);
        check_positive(book);
        check_hyper_parameter_gradient(book);
        check_point_gradients(book);
    }

 private:
    static constexpr std::size_t n = 8, m = 5;

    std::span<const double> point(std::size_t a) const { return row(points_, a, d_); }
    double value(std::span<const double> x, std::span<const double> y) const {
        return kernel_(x, y, std::span<const double>(logs_));
    }
    std::string here() const {
        return ", at hyper-parameters whose logarithms are " + in_brackets(logs_) + " in " + to_string(d_) +
               " dimensions,";
    }

    void check_symmetry(law_book& book) const {
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b < a; ++b)
                book.require_near(
                    value(point(a), point(b)), value(point(b), point(a)), 1e-14, "k(x, y) is k(y, x)", [&] {
                        return "k(x, y) of x = " + in_brackets(point(a)) + ", y = " + in_brackets(point(b)) + here();
                    });
    }

    void check_matrices(law_book& book) const {
        constexpr double untouched = 7;
        const std::vector<double> others = uniform_numbers(m * d_, 2);  // (m, dimension)
        std::vector<double> all(n * m), lower(n * n, untouched);
        fill_covariance(kernel_, d_, points_, others, logs_, all);
        fill_covariance_lower(kernel_, d_, points_, logs_, lower);
        for (std::size_t a = 0; a < n; ++a) {
            for (std::size_t b = 0; b < m; ++b)
                book.require_near(all[a * m + b], value(point(a), row(others, b, d_)), 1e-12,
                                  "fill writes the covariances of all pairs", [&] { return "one" + here(); });
            for (std::size_t b = 0; b < n; ++b) {
                const double expected = b > a ? untouched : value(point(a), point(b));
                book.require_near(lower[a * n + b], expected, b > a ? 0 : 1e-12,
                                  "fill_lower writes the lower triangle, and nothing above it",
                                  [&] { return "an element" + here(); });
            }
        }
    }

    /// Also where a point comes twice.
    void check_positive(law_book& book) const {
        auto twice = points_;
        twice.insert(twice.end(), points_.begin(), points_.begin() + static_cast<std::ptrdiff_t>(d_));
        std::vector<double> matrix((n + 1) * (n + 1));
        fill_covariance_lower(kernel_, d_, twice, logs_, matrix);
        for (std::size_t a = 0; a <= n; ++a) matrix[a * (n + 1) + a] *= 1 + 1e-12;
        const auto variance = negative_variance(n + 1, matrix);
        book.require(!variance, "covariance matrices are positive semi-definite", [&] {
            return "given other points, a point's variance" + here() + " would be " + to_string(*variance);
        });
    }

    /// sum over ordered pairs of W_ab k(x_a, x_b)
    double contracted(std::span<const double> weights, std::span<const double> logs) const {
        double sum = 0;
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b <= a; ++b)
                sum += (a == b ? 1 : 2) * weights[a * n + b] * kernel_(point(a), point(b), logs);
        return sum;
    }

    void check_hyper_parameter_gradient(law_book& book) {
        random_engine engine = make_engine(3);
        std::vector<double> weights(n * n), gradient(logs_.size());
        for (double& weight : weights) weight = normal(engine);
        const auto slope = [&](std::size_t j) {
            auto above = logs_, below = logs_;
            above[j] += step;
            below[j] -= step;
            return (contracted(weights, above) - contracted(weights, below)) / (2 * step);
        };
        auto scratch = weights;
        contract_covariance_gradient(kernel_, d_, points_, logs_, scratch, gradient);
        for (std::size_t j = 0; j < logs_.size(); ++j)
            require_slope(book, gradient[j], slope(j), "gradients by hyper-parameters agree with differences", [&] {
                return "a sum of covariances' derivative by hyper-parameter " + to_string(j) + here();
            });
    }

    void check_point_gradients(law_book& book) const {
        const std::vector<double> x = uniform_numbers(d_, 4);
        std::vector<double> gradients(n * d_);
        fill_point_gradients(kernel_, x, points_, logs_, gradients);
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t j = 0; j < d_; ++j) {
                auto above = x, below = x;
                above[j] += step;
                below[j] -= step;
                const double slope = (value(above, point(a)) - value(below, point(a))) / (2 * step);
                require_slope(book, gradients[a * d_ + j], slope, "gradients by a point agree with differences", [&] {
                    return "dk(x, y)/dx of coordinate " + to_string(j) + " at x = " + in_brackets(x) +
                           ", y = " + in_brackets(point(a)) + here();
                });
            }
    }

    /// Differences of large covariances are that much less exact.
    template <class Describe>
    void require_slope(law_book& book, double derivative, double slope, const char* law,
                       const Describe& describe) const {
        const double largest = std::abs(value(point(0), point(0)));
        book.require(std::abs(derivative - slope) <= 1e-6 + 1e-8 * largest, law,
                     [&] { return describe() + law_book::both(derivative, slope); });
    }

    static constexpr double step = 1e-5;

    Kernel kernel_;
    std::size_t d_;
    std::vector<double> logs_;    // (hyper-parameters)
    std::vector<double> points_;  // (n, dimension)
};

}  // namespace detail

/// Whether a profile is 1 at distance 0, never larger, and has the derivative that it says. A wrong sign, or a
/// derivative by r where one by r2 is asked for, only makes a search worse, and nothing else complains.
template <stationary_kernel Profile>
violations profile_violations(const Profile& profile) {
    detail::law_book book;
    book.require_near(profile(0), 1, 0, "a profile is 1 at distance 0", [] { return std::string("kernel(0)"); });
    book.require(std::isfinite(profile.derivative(0)), "the derivative at distance 0 is finite",
                 [&] { return "kernel.derivative(0) is " + to_string(profile.derivative(0)); });
    for (const double r2 : {0.01, 0.3, 1.0, 4.0, 20.0, 1e8}) {
        book.require(std::abs(profile(r2)) <= 1, "a profile lies between -1 and 1",
                     [&] { return "kernel(" + to_string(r2) + ") is " + to_string(profile(r2)); });
        const double step = 1e-5 * r2, slope = (profile(r2 + step) - profile(r2 - step)) / (2 * step);
        const double derivative = profile.derivative(r2);
        book.require(std::abs(derivative - slope) <= 1e-8 * (1 + std::abs(slope)),
                     "kernel.derivative(r2) is d kernel(r2) / d r2", [&] {
                         return "kernel.derivative(" + to_string(r2) + ")" + detail::law_book::both(derivative, slope) +
                                detail::likely_mistake(r2, derivative, slope);
                     });
    }
    return book.sentences();
}

/// Whether a covariance is symmetric and positive semi-definite, and has the matrices and gradients that it says.
/// @param kernel a profile gets its length scales
/// @param dimension of the points
/// @param logs (hyper-parameters), logarithms
template <surrogate_kernel Kernel>
violations covariance_violations(const Kernel& kernel, std::size_t dimension, std::span<const double> logs) {
    detail::law_book book;
    detail::covariance_laws(as_covariance(kernel), dimension, logs).check(book);
    return book.sentences();
}

/// All laws of a kernel: a profile's own, then its covariance's in 1, 2 and 5 dimensions, at several hyper-parameters
/// about the middle of their priors.
template <surrogate_kernel Kernel>
violations kernel_violations(const Kernel& kernel) {
    if constexpr (stationary_kernel<Kernel>)
        if (auto broken = profile_violations(kernel); !broken.empty()) return broken;
    const auto covariance = as_covariance(kernel);
    detail::law_book book;
    random_engine engine = make_engine(5);
    for (const std::size_t dimension : {1, 2, 5})
        for (int repeat = 0; repeat < 4; ++repeat) {
            std::vector<double> logs;  // (hyper-parameters)
            for (const auto& prior : detail::prior_of(covariance, dimension))
                logs.push_back(
                    std::clamp(prior.mean + 0.3 * prior.deviation * normal(engine), prior.lower, prior.upper));
            detail::covariance_laws(covariance, dimension, logs).check(book);
        }
    return book.sentences();
}

}  // namespace bouillon
