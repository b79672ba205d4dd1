// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace bouillon {

/// When `minimize` stops, whichever comes first.
struct projected_gradient_options {
    std::size_t evaluations = 200;     // of the function
    double gradient_tolerance = 1e-6;  // largest coordinate of project(x - gradient) - x
    double value_tolerance = 1e-10;    // relative improvement over the last `memory` iterations
    std::size_t memory = 10;           // iterations among whose values a step must improve on the worst
};

/// What `minimize` found.
struct projected_minimum {
    std::vector<double> point;  // (dimension), the best one seen
    double value = std::numeric_limits<double>::infinity();
    std::size_t iterations = 0;
    std::size_t evaluations = 0;
};

namespace detail {

/// The state of one minimisation: the current iterate and the direction from it.
template <class Function, class Project>
class spectral_projected_gradient {
 public:
    spectral_projected_gradient(Function& function, Project& project, std::vector<double> start,
                                const projected_gradient_options& options)
        : function_(function), project_(project), options_(options), x_(std::move(start)), gradient_(x_.size()) {
        project_(std::span<double>(x_));
        value_ = evaluate(x_, gradient_);
        recent_.push_back(value_);
        best_at_.push_back(best_.value);
    }

    projected_minimum run() {
        double step = 1 / std::max(largest(direction(1)), std::numeric_limits<double>::min());
        while (best_.evaluations < options_.evaluations && std::isfinite(value_)) {
            if (largest(direction(1)) <= options_.gradient_tolerance) break;
            const auto previous_x = x_, previous_gradient = gradient_;
            if (!line_search(direction(std::clamp(step, 1e-10, 1e10)))) break;
            double moved = 0, curved = 0;
            for (std::size_t i = 0; i < x_.size(); ++i) {
                const double s = x_[i] - previous_x[i];
                moved += s * s;
                curved += s * (gradient_[i] - previous_gradient[i]);
            }
            step = curved > 0 ? moved / curved : 1e10;
            ++best_.iterations;
            if (stalled()) break;
        }
        return best_;
    }

 private:
    double evaluate(const std::vector<double>& x, std::vector<double>& gradient) {
        const double value = function_(std::span<const double>(x), std::span<double>(gradient));
        ++best_.evaluations;
        if (value < best_.value || best_.point.empty()) {
            best_.point = x;
            best_.value = value;
        }
        return value;
    }

    /// project(x - step gradient) - x
    std::vector<double> direction(double step) const {
        std::vector<double> d(x_.size());  // (dimension)
        for (std::size_t i = 0; i < d.size(); ++i) d[i] = x_[i] - step * gradient_[i];
        project_(std::span<double>(d));
        for (std::size_t i = 0; i < d.size(); ++i) d[i] -= x_[i];
        return d;
    }

    static double largest(const std::vector<double>& d) {
        double size = 0;
        for (const double value : d) size = std::max(size, std::abs(value));
        return size;
    }

    /// Shortens the step along d until the value falls enough below the worst recent one. False where it never does.
    bool line_search(const std::vector<double>& d) {
        double slope = 0;
        for (std::size_t i = 0; i < d.size(); ++i) slope += gradient_[i] * d[i];
        const double worst = *std::max_element(recent_.begin(), recent_.end());
        std::vector<double> x(x_.size()), gradient(x_.size());  // (dimension)
        for (double fraction = 1; fraction > 1e-12 && best_.evaluations < options_.evaluations;) {
            for (std::size_t i = 0; i < x.size(); ++i) x[i] = x_[i] + fraction * d[i];
            const double value = evaluate(x, gradient);
            if (value <= worst + 1e-4 * fraction * slope) {
                accept(std::move(x), std::move(gradient), value);
                return true;
            }
            const double parabola = -0.5 * fraction * fraction * slope / (value - value_ - fraction * slope);
            fraction = std::isfinite(value) ? std::clamp(parabola, 0.1 * fraction, 0.5 * fraction) : 0.1 * fraction;
        }
        return false;
    }

    void accept(std::vector<double> x, std::vector<double> gradient, double value) {
        x_ = std::move(x);
        gradient_ = std::move(gradient);
        value_ = value;
        recent_.push_back(value);
        if (recent_.size() > options_.memory) recent_.erase(recent_.begin());
        best_at_.push_back(best_.value);
    }

    bool stalled() const {
        if (best_at_.size() <= options_.memory) return false;
        const double before = best_at_[best_at_.size() - 1 - options_.memory];
        return before - best_.value <= options_.value_tolerance * std::max(1.0, std::abs(best_.value));
    }

    Function& function_;
    Project& project_;
    projected_gradient_options options_;
    std::vector<double> x_, gradient_;  // (dimension)
    double value_ = 0;
    std::vector<double> recent_;   // (up to memory), values of the last iterates
    std::vector<double> best_at_;  // (iterations + 1), best value after each
    projected_minimum best_;
};

}  // namespace detail

/// Minimises a smooth function over a convex set that is given by its projection: nonmonotone spectral projected
/// gradient. One method serves boxes and simplices, surrogate fits and acquisition functions.
///
/// `function`: `double(std::span<const double> x, std::span<double> gradient)`, writes the gradient; where its value is
/// not finite, the step is shortened.
/// `project`: `void(std::span<double> x)`, replaces x by the nearest point of the set.
/// `start`: (dimension), projected first.
/// Returns the best point seen, which lies in the set, with its value. Deterministic.
/// Cost: two projections an iteration beside the evaluations.
/// Reference: Birgin, Martinez and Raydan (2000), "Nonmonotone spectral projected gradient methods on convex sets",
/// algorithm SPG2.
template <class Function, class Project>
projected_minimum minimize(Function&& function, Project&& project, std::span<const double> start,
                           const projected_gradient_options& options = {}) {
    return detail::spectral_projected_gradient<std::remove_reference_t<Function>, std::remove_reference_t<Project>>(
               function, project, std::vector<double>(start.begin(), start.end()), options)
        .run();
}

}  // namespace bouillon
