// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <numbers>
#include <span>
#include <type_traits>
#include <vector>

namespace bouillon {

/// A stationary covariance profile, which is what a user usually writes: one scalar function of the squared distance in
/// length scales, 1 at distance 0, and its derivative.
///
/// - `kernel(r2)`: the covariance at squared distance r2 >= 0.
/// - `kernel.derivative(r2)`: d kernel / d r2, finite at 0.
///
/// Length scales, signal variance and noise belong to the surrogate. `kernel_violations` (testing/kernel.hpp) checks a
/// kernel's laws.
template <class Kernel>
concept stationary_kernel = std::copyable<Kernel> && requires(const Kernel& kernel, double r2) {
    { kernel(r2) } -> std::convertible_to<double>;
    { kernel.derivative(r2) } -> std::convertible_to<double>;
};

/// A covariance between two points, with a flat array of log hyper-parameters: the axis's full concept.
///
/// - `kernel.hyper_parameters(dimension)`: how many it has for points of so many coordinates.
/// - `kernel(x, y, log_hyper_parameters)`: the covariance, without signal variance and noise; x, y: (dimension).
///
/// A stationary profile adapts to it by itself (`ard`); a kernel that is not stationary models it directly.
template <class Kernel>
concept covariance_kernel = std::copyable<Kernel> &&
    requires(const Kernel& kernel, std::span<const double> values, std::size_t dimension) {
    { kernel.hyper_parameters(dimension) } -> std::convertible_to<std::size_t>;
    { kernel(values, values, values) } -> std::convertible_to<double>;
};

namespace detail {

/// Models both forms of a kernel: stands for the form that a type does not take.
struct either_form {
    double operator()(double r2) const;
    double derivative(double r2) const;
    std::size_t hyper_parameters(std::size_t dimension) const;
    double operator()(std::span<const double> x, std::span<const double> y, std::span<const double> logs) const;
};

/// What is called with two points is meant as a covariance, all else as a profile.
template <class Kernel>
concept meant_as_covariance =
    !stationary_kernel<Kernel> && requires(const Kernel& kernel, std::span<const double> values) {
    kernel(values, values, values);
};

template <class Kernel>
using profile_form = std::conditional_t<meant_as_covariance<Kernel>, either_form, Kernel>;

template <class Kernel>
using covariance_form = std::conditional_t<meant_as_covariance<Kernel>, Kernel, either_form>;

}  // namespace detail

/// What a Gaussian process takes: a profile or a covariance.
///
/// It asks for the one that a type is meant as, because of two that fail a compiler says little.
template <class Kernel>
concept surrogate_kernel =
    stationary_kernel<detail::profile_form<Kernel>> && covariance_kernel<detail::covariance_form<Kernel>>;

/// A covariance that writes its own gradient with respect to its log hyper-parameters (else finite differences).
template <class Kernel>
concept differentiable_kernel = covariance_kernel<Kernel> &&
    requires(const Kernel& kernel, std::span<const double> values, std::span<double> gradient) {
    kernel.gradient(values, values, values, gradient);  // x, y, log_hyper_parameters, (hyper-parameters)
};

/// A covariance that writes its own gradient with respect to its first point (else finite differences).
template <class Kernel>
concept point_differentiable_kernel = covariance_kernel<Kernel> &&
    requires(const Kernel& kernel, std::span<const double> values, std::span<double> gradient) {
    kernel.point_gradient(values, values, values, gradient);  // x, y, log_hyper_parameters, (dimension)
};

/// A covariance that fills whole matrices of points with d coordinates faster than pair by pair; `ard` shows what each
/// member does.
template <class Kernel>
concept batched_kernel = covariance_kernel<Kernel> &&
    requires(const Kernel& kernel, std::size_t d, std::span<const double> values, std::span<double> output) {
    kernel.fill(d, values, values, values, output);  // points, others, log_hyper_parameters, (points, others)
    kernel.fill_lower(d, values, values, output);    // points, log_hyper_parameters, (points, points)
    kernel.contract_gradient(d, values, values, output, output);  // points, log_hyper_parameters, weights, gradient
    kernel.fill_point_gradients(values, values, values, output);  // x, points, log_hyper_parameters, (points, d)
};

/// What a search believes of a hyper-parameter before any data: its logarithm is normal, cut off at two bounds.
struct hyper_parameter_prior {
    double mean = 0;                         ///< of the logarithm; also where a fit starts
    double deviation = std::numbers::sqrt3;  ///< of the logarithm
    double lower = -3 * std::numbers::ln10;  ///< of the logarithm
    double upper = 3 * std::numbers::ln10;   ///< of the logarithm
};

/// A covariance that knows what its hyper-parameters should look like (else `hyper_parameter_prior{}` for each).
template <class Kernel>
concept kernel_with_prior = covariance_kernel<Kernel> && requires(const Kernel& kernel, std::size_t dimension) {
    { kernel.prior(dimension) } -> std::convertible_to<std::vector<hyper_parameter_prior>>;
};

}  // namespace bouillon
