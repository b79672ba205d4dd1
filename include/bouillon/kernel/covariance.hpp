// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/kernel/concept.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

// Covariance matrices of any kernel: its own batched members where it has them, else pair by pair; its own gradients
// where it has them, else central differences, whose error is about 1e-10 of the covariance.
// Shapes: points (n, dimension), others (m, dimension), hyper (hyper-parameters), logarithms; matrices are row-major.

namespace bouillon::detail {

inline std::span<const double> row(std::span<const double> matrix, std::size_t index, std::size_t columns) {
    return matrix.subspan(index * columns, columns);
}

/// Writes the central differences of function() with respect to each of the values, which are changed and put back.
template <class Function>
void central_differences(Function&& function, std::span<double> values, std::span<double> gradient) {
    constexpr double step = 0x1p-17;  // about the cube root of the rounding error
    for (std::size_t j = 0; j < values.size(); ++j) {
        const double value = values[j];
        values[j] = value + step;
        const double above = function();
        values[j] = value - step;
        const double below = function();
        values[j] = value;
        gradient[j] = (above - below) / (2 * step);
    }
}

/// Writes the gradient of k(x, y) with respect to the hyper-parameters.
/// @param kernel its own `gradient` where it has one
/// @param x (dimension)
/// @param y (dimension)
/// @param hyper (hyper-parameters), logarithms
/// @param gradient (hyper-parameters)
template <covariance_kernel Kernel>
void pair_gradient(const Kernel& kernel, std::span<const double> x, std::span<const double> y,
                   std::span<const double> hyper, std::span<double> gradient) {
    if constexpr (differentiable_kernel<Kernel>) {
        kernel.gradient(x, y, hyper, gradient);
    } else {
        std::vector<double> moved(hyper.begin(), hyper.end());
        central_differences([&] { return kernel(x, y, std::span<const double>(moved)); }, moved, gradient);
    }
}

/// Writes the gradient of k(x, y) with respect to x.
/// @param kernel its own `point_gradient` where it has one
/// @param x (dimension)
/// @param y (dimension)
/// @param hyper (hyper-parameters), logarithms
/// @param gradient (dimension)
template <covariance_kernel Kernel>
void pair_point_gradient(const Kernel& kernel, std::span<const double> x, std::span<const double> y,
                         std::span<const double> hyper, std::span<double> gradient) {
    if constexpr (point_differentiable_kernel<Kernel>) {
        kernel.point_gradient(x, y, hyper, gradient);
    } else {
        std::vector<double> moved(x.begin(), x.end());
        central_differences([&] { return kernel(std::span<const double>(moved), y, hyper); }, moved, gradient);
    }
}

/// Writes k(point, other) for all pairs into covariances (n, m).
template <covariance_kernel Kernel>
void fill_covariance(const Kernel& kernel, std::size_t dimension, std::span<const double> points,
                     std::span<const double> others, std::span<const double> hyper, std::span<double> covariances) {
    if constexpr (batched_kernel<Kernel>) {
        kernel.fill(dimension, points, others, hyper, covariances);
    } else {
        const std::size_t n = points.size() / dimension, m = others.size() / dimension;
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b < m; ++b)
                covariances[a * m + b] = kernel(row(points, a, dimension), row(others, b, dimension), hyper);
    }
}

/// Writes k(point, point) for all pairs into the lower triangle of covariances (n, n).
template <covariance_kernel Kernel>
void fill_covariance_lower(const Kernel& kernel, std::size_t dimension, std::span<const double> points,
                           std::span<const double> hyper, std::span<double> covariances) {
    if constexpr (batched_kernel<Kernel>) {
        kernel.fill_lower(dimension, points, hyper, covariances);
    } else {
        const std::size_t n = points.size() / dimension;
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b <= a; ++b)
                covariances[a * n + b] = kernel(row(points, a, dimension), row(points, b, dimension), hyper);
    }
}

/// Writes the sum over all ordered pairs of W_ab dk_ab, the gradient of a function of the covariance matrix whose
/// derivatives by its elements are W.
/// @param kernel its own `contract_gradient` where it has one
/// @param dimension of the points
/// @param points (n, dimension)
/// @param hyper (hyper-parameters), logarithms
/// @param weights (n, n), W, symmetric: the lower triangle is read, all may be overwritten
/// @param gradient (hyper-parameters)
template <covariance_kernel Kernel>
void contract_covariance_gradient(const Kernel& kernel, std::size_t dimension, std::span<const double> points,
                                  std::span<const double> hyper, std::span<double> weights,
                                  std::span<double> gradient) {
    if constexpr (batched_kernel<Kernel>) {
        kernel.contract_gradient(dimension, points, hyper, weights, gradient);
    } else {
        const std::size_t n = points.size() / dimension;
        std::vector<double> pair(gradient.size());
        std::fill(gradient.begin(), gradient.end(), 0.0);
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b <= a; ++b) {
                pair_gradient(kernel, row(points, a, dimension), row(points, b, dimension), hyper, pair);
                const double weight = weights[a * n + b] * (a == b ? 1 : 2);
                for (std::size_t j = 0; j < pair.size(); ++j) gradient[j] += weight * pair[j];
            }
    }
}

/// Writes the gradients of k(x, point) with respect to x into gradients (n, dimension).
template <covariance_kernel Kernel>
void fill_point_gradients(const Kernel& kernel, std::span<const double> x, std::span<const double> points,
                          std::span<const double> hyper, std::span<double> gradients) {
    if constexpr (batched_kernel<Kernel>) {
        kernel.fill_point_gradients(x, points, hyper, gradients);
    } else {
        const std::size_t dimension = x.size(), n = points.size() / dimension;
        for (std::size_t a = 0; a < n; ++a)
            pair_point_gradient(kernel, x, row(points, a, dimension), hyper,
                                gradients.subspan(a * dimension, dimension));
    }
}

}  // namespace bouillon::detail
