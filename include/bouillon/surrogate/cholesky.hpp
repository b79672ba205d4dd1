// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace bouillon::detail {

/// A squared pivot below this share of the signal variance is rounding error.
inline constexpr double least_relative_pivot = 1e-13;

/// Replaces the lower triangle of a covariance matrix by its Cholesky factor L (n, n).
///
/// Where that fails, or where a squared pivot is so small that it is rounding error, first `1e-8 unit`, then ten times
/// as much up to `1e-4 unit` is added to the diagonal. Cost: n^3 / 3 for each attempt.
/// @param n rows
/// @param matrix (n, n), lower triangle; the strict upper one is overwritten
/// @param unit the signal variance
/// @returns what was added, 0 as a rule; nothing where the matrix is not positive definite, or not finite, even so
inline std::optional<double> guarded_cholesky(std::size_t n, std::span<double> matrix, double unit) {
    std::vector<double> diagonal(n);  // (n); the rest of the original is kept in the upper triangle
    for (std::size_t i = 0; i < n; ++i) {
        diagonal[i] = matrix[i * n + i];
        for (std::size_t j = 0; j < i; ++j) matrix[j * n + i] = matrix[i * n + j];
    }
    const auto factor = [&] {
        if (!cholesky_lower(n, matrix.data(), n)) return false;
        for (std::size_t i = 0; i < n; ++i)
            if (!(std::pow(matrix[i * n + i], 2) > least_relative_pivot * unit)) return false;
        return std::isfinite(matrix.back());
    };
    if (factor()) return 0;
    for (double jitter = 1e-8 * unit; jitter < 2e-4 * unit; jitter *= 10) {
        for (std::size_t i = 0; i < n; ++i) {
            matrix[i * n + i] = diagonal[i] + jitter;
            for (std::size_t j = 0; j < i; ++j) matrix[i * n + j] = matrix[j * n + i];
        }
        if (factor()) return jitter;
    }
    return std::nullopt;
}

}  // namespace bouillon::detail
