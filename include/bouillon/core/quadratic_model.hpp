// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/function_ref.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace bouillon::detail {

inline double dot(std::span<const double> a, std::span<const double> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

inline double largest_magnitude(std::span<const double> values) {
    double largest = 0;
    for (const double value : values) largest = std::max(largest, std::abs(value));
    return largest;
}

/// Replaces a point (n) by the nearest point of a convex set.
using projection = function_ref<void(std::span<double> point)>;

/// project(x - share step), where x lies in the set
inline std::vector<double> projected_step(std::span<const double> x, double share, std::span<const double> step,
                                          projection project) {
    std::vector<double> moved(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) moved[i] = x[i] - share * step[i];
    project(moved);
    return moved;
}

inline std::vector<double> difference(std::span<const double> a, std::span<const double> b) {
    std::vector<double> result(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
    return result;
}

/// A quadratic model of a function about a point.
///
///     f(x + d) = f(x) + g'd + d'B d / 2
///
/// Its curvature B and the inverse H are learnt from steps and the changes of the gradient along them. Reference:
/// Nocedal and Wright (2006), eqs. 6.17 and 6.19 (Broyden, Fletcher, Goldfarb, Shanno).
class quadratic_model {
 public:
    /// A model that has learnt nothing yet.
    /// @param lengths (n), in which steps along the coordinates compare
    /// @param curvature that it begins with, along every coordinate in its length
    quadratic_model(std::vector<double> lengths, double curvature)
        : size_(lengths.size()), lengths_(std::move(lengths)) {
        reset(curvature);
    }

    /// B = curvature, by coordinates in their lengths
    void reset(double curvature) {
        b_.assign(size_ * size_, 0.0);
        h_.assign(size_ * size_, 0.0);
        for (std::size_t i = 0; i < size_; ++i) {
            const double square = lengths_[i] * lengths_[i];
            b_[i * size_ + i] = curvature / square;
            h_[i * size_ + i] = square / curvature;
        }
        learnt_ = false;
    }

    /// Learns from a step; one along which the gradient does not grow teaches nothing.
    /// @param step (n)
    /// @param change (n), of the gradient along it
    void learn(std::span<const double> step, std::span<const double> change) {
        const double growth = dot(step, change);
        if (!(growth > 1e-10 * std::sqrt(dot(step, step) * dot(change, change)))) return;
        if (!learnt_) reset(squares_in_lengths(change) / growth);
        learnt_ = true;
        const auto bs = times(b_, step), hy = times(h_, change);
        const double sbs = dot(step, bs), yhy = dot(change, hy);
        for (std::size_t i = 0; i < size_; ++i)
            for (std::size_t j = 0; j < size_; ++j) {
                b_[i * size_ + j] += change[i] * change[j] / growth - bs[i] * bs[j] / sbs;
                h_[i * size_ + j] +=
                    (1 + yhy / growth) * step[i] * step[j] / growth - (hy[i] * step[j] + step[i] * hy[j]) / growth;
            }
    }

    /// The point of a convex set that minimises the model about x.
    ///
    /// Newton's x - H g where that lies in the set, else found by spectral projected gradients from its projection.
    /// What the projection makes 0 stays exactly 0. Cost: n^2 for each of at most 50 iterations.
    /// @param x (n), a point of the set
    /// @param gradient (n), at x
    /// @param project replaces a point by the nearest one of the set
    /// @returns (n)
    std::vector<double> minimizer(std::span<const double> x, std::span<const double> gradient,
                                  projection project) const {
        const auto newton = times(h_, gradient);
        auto point = projected_step(x, 1, newton, project);
        auto d = difference(point, x), slope = times(b_, d);  // (n), (n): the model's gradient at d
        double clipped = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            clipped = std::max(clipped, std::abs(d[i] + newton[i]));
            slope[i] += gradient[i];
        }
        if (clipped <= 1e-12 * largest_magnitude(newton)) return point;
        double length = 1 / largest_magnitude(b_);
        for (int iteration = 0; iteration < 50; ++iteration) {
            const auto target = projected_step(point, length, slope, project);
            const auto along = difference(target, point), bent = times(b_, along);
            if (largest_magnitude(along) <= 1e-4 * largest_magnitude(difference(point, x))) break;
            const double curvature = dot(along, bent), fraction = -dot(slope, along) / curvature;
            if (!(fraction > 0)) break;
            if (fraction >= 1) point = target;
            for (std::size_t i = 0; i < size_; ++i) {
                if (fraction < 1) point[i] += fraction * along[i];
                slope[i] += std::min(1.0, fraction) * bent[i];
            }
            length = dot(along, along) / curvature;
        }
        return point;
    }

 private:
    /// Of a gradient (n).
    double squares_in_lengths(std::span<const double> gradient) const {
        double sum = 0;
        for (std::size_t i = 0; i < size_; ++i) sum += lengths_[i] * lengths_[i] * gradient[i] * gradient[i];
        return sum;
    }

    std::vector<double> times(const std::vector<double>& matrix, std::span<const double> x) const {
        std::vector<double> product(size_);
        for (std::size_t i = 0; i < size_; ++i) product[i] = dot(std::span(matrix).subspan(i * size_, size_), x);
        return product;
    }

    std::size_t size_;
    std::vector<double> lengths_;  // (n)
    std::vector<double> b_, h_;    // (n, n)
    bool learnt_ = false;
};

}  // namespace bouillon::detail
