// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

/// Plain references for linear algebra and for conditioning, written for being read.
namespace dense {

using matrix = std::vector<std::vector<double>>;

/// x with A x = b, by Gaussian elimination with pivoting.
inline std::vector<double> solve(matrix a, std::vector<double> b) {
    const std::size_t n = b.size();
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t pivot = k;
        for (std::size_t i = k; i < n; ++i)
            if (std::abs(a[i][k]) > std::abs(a[pivot][k])) pivot = i;
        std::swap(a[k], a[pivot]);
        std::swap(b[k], b[pivot]);
        for (std::size_t i = k + 1; i < n; ++i) {
            const double factor = a[i][k] / a[k][k];
            for (std::size_t j = k; j < n; ++j) a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t j = i + 1; j < n; ++j) b[i] -= a[i][j] * b[j];
        b[i] /= a[i][i];
    }
    return b;
}

struct belief {
    double mean, variance;
};

/// A Gaussian process with covariance k, conditioned on values with noise at points (n, dimension).
template <class Covariance>
struct process {
    Covariance k;  // (x, y) -> double
    std::size_t dimension;
    double mean;
    std::vector<double> points, values, noise;  // (n, dimension), (n), (n)

    std::span<const double> at(std::size_t i) const { return std::span(points).subspan(i * dimension, dimension); }

    matrix covariance() const {
        matrix a(values.size(), std::vector<double>(values.size()));
        for (std::size_t i = 0; i < a.size(); ++i)
            for (std::size_t j = 0; j < a.size(); ++j) a[i][j] = k(at(i), at(j)) + (i == j ? noise[i] : 0);
        return a;
    }

    double covariance(std::span<const double> x, std::span<const double> y) const {
        std::vector<double> to_y(values.size());
        for (std::size_t i = 0; i < to_y.size(); ++i) to_y[i] = k(at(i), y);
        const auto solved = solve(covariance(), to_y);
        double result = k(x, y);
        for (std::size_t i = 0; i < to_y.size(); ++i) result -= k(x, at(i)) * solved[i];
        return result;
    }

    belief predict(std::span<const double> x) const {
        std::vector<double> residuals = values;
        for (double& each : residuals) each -= mean;
        const auto solved = solve(covariance(), residuals);
        double result = mean;
        for (std::size_t i = 0; i < solved.size(); ++i) result += k(x, at(i)) * solved[i];
        return {result, covariance(x, x)};
    }

    void learn(std::span<const double> x, double value) {
        points.insert(points.end(), x.begin(), x.end());
        values.push_back(value);
        noise.push_back(0);
    }
};

/// The process that a surrogate is, to be conditioned further.
template <class Surrogate>
auto process_of(const Surrogate& surrogate) {
    const auto k = [&surrogate](std::span<const double> x, std::span<const double> y) {
        double value = 0;
        surrogate.prior_covariance(x, y, std::span<double>(&value, 1));
        return value;
    };
    const auto& data = surrogate.data();
    const auto& at = surrogate.hyper_parameters();
    process<decltype(k)> result{k, data.dimension, surrogate.regression().mean, data.points, data.scores, {}};
    for (const double variance : data.variances)
        result.noise.push_back(
            std::max(std::isnan(variance) ? at.noise_variance : variance + at.roughness, 1e-12 * at.signal_variance));
    return result;
}

}  // namespace dense
