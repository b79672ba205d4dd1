// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/kernel/concept.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

/// Covariance matrices of any kernel: its own batched members where it has them, else pair by pair; its own gradients
/// where it has them, else central differences, whose error is about 1e-10 of the covariance.
/// Shapes: points (n, dimension), others (m, dimension), hyper (hyper-parameters), logarithms; matrices are row-major.
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

/// gradient (hyper-parameters) of k(x, y)
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

/// gradient (dimension) of k(x, y) with respect to x
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

/// covariances (n, m): k(point, other)
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

/// The lower triangle of covariances (n, n): k(point, point)
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

/// gradient (hyper-parameters): sum over all ordered pairs of W_ab dk_ab, for a symmetric W (n, n) of which the lower
/// triangle is read and all may be overwritten.
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

/// gradients (n, dimension): gradients of k(x, point) with respect to x
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
