// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/blas.hpp>

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace bouillon::detail {

/// Replaces the lower triangle of a covariance matrix by its Cholesky factor L (n, n). Where that fails, or where a
/// squared pivot is so small that it is rounding error, first `1e-8 unit`, then ten times as much up to `1e-4 unit` is
/// added to the diagonal.
///
/// `matrix`: (n, n), lower triangle; `unit`: the signal variance.
/// Returns what was added, 0 as a rule; nothing where the matrix is not positive definite, or not finite, even so.
/// Cost: n^3 / 3 for each attempt.
inline std::optional<double> guarded_cholesky(std::size_t n, std::span<double> matrix, double unit) {
    const std::vector<double> original(matrix.begin(), matrix.end());  // (n, n)
    for (double relative = 0; relative<2e-4; relative = relative> 0 ? 10 * relative : 1e-8) {
        const double jitter = relative * unit;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < i; ++j) matrix[i * n + j] = original[i * n + j];
            matrix[i * n + i] = original[i * n + i] + jitter;
        }
        bool sound = cholesky_lower(n, matrix.data(), n);
        for (std::size_t i = 0; sound && i < n; ++i) {
            const double pivot = matrix[i * n + i] * matrix[i * n + i];
            sound = pivot > 1e-10 * unit && std::isfinite(pivot);
        }
        if (sound) return jitter;
    }
    return std::nullopt;
}

}  // namespace bouillon::detail
