// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/function_ref.hpp>
#include <bouillon/core/quadratic_model.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

/// Where `minimize` begins and when it stops, whichever comes first.
struct projected_gradient_options {
    std::size_t evaluations = 200;     ///< of the function
    double gradient_tolerance = 1e-6;  ///< largest coordinate of project(x - gradient) - x
    double value_tolerance = 1e-10;    ///< relative improvement in each of two iterations in a row
    double first_step = 1;             ///< largest coordinate of the first step, in lengths
    std::vector<double> lengths = {};  ///< (dimension), over which the function bends alike; empty: all 1
};

/// Refuses numbers with which no minimisation gets anywhere or ends.
///
/// @param options to be checked
/// @param owner what they belong to, as a message has it
/// @throws input_error that names the option and its value
inline void check(const projected_gradient_options& options, std::string_view owner = "projected_gradient_options") {
    const auto require = [&](bool usable, std::string_view option, auto value, std::string_view must_be) {
        detail::require_option(usable, owner, option, value, must_be);
    };
    require(options.evaluations > 0, "evaluations", options.evaluations, "1 or more");
    require(options.gradient_tolerance >= 0, "gradient_tolerance", options.gradient_tolerance, "0 or more");
    require(options.value_tolerance >= 0, "value_tolerance", options.value_tolerance, "0 or more");
    require(options.first_step > 0 && std::isfinite(options.first_step), "first_step", options.first_step,
            "above 0 and finite");
    for (std::size_t i = 0; i < options.lengths.size(); ++i)
        if (const double length = options.lengths[i]; !(length > 0 && std::isfinite(length)))
            require(false, "lengths[" + to_string(i) + "]", length, "above 0 and finite");
}

/// What `minimize` found.
struct projected_minimum {
    std::vector<double> point = {};                          ///< (dimension), the best one seen
    double value = std::numeric_limits<double>::infinity();  ///< of the function there
    std::size_t iterations = 0;                              ///< steps
    std::size_t evaluations = 0;                             ///< of the function
};

namespace detail {

/// A place that a minimisation has been to.
struct iterate {
    std::vector<double> x, gradient;  ///< (dimension)
    double value = 0;
};

/// Walks towards a target, less and less far, until the value falls enough.
/// @param target (dimension)
/// @param evaluate gives an iterate its value and gradient; false where there may be no further evaluation
/// @param origin where the walk begins
/// @param reached the last place that was evaluated
/// @returns false where the value never falls enough
inline bool search_towards(const std::vector<double>& target, function_ref<bool(iterate&)> evaluate,
                           const iterate& origin, iterate& reached) {
    const auto d = difference(target, origin.x);
    const double slope = dot(origin.gradient, d);
    reached.x = target;
    for (double fraction = 1; fraction > 1e-12;) {
        if (!evaluate(reached)) return false;
        const double rise = reached.value - origin.value;
        if (rise <= 1e-4 * fraction * slope) return true;
        const double parabola = 0.5 * fraction * fraction * -slope / (rise - fraction * slope);
        fraction = std::isfinite(rise) ? std::clamp(parabola, 0.1 * fraction, 0.5 * fraction) : 0.1 * fraction;
        for (std::size_t i = 0; i < d.size(); ++i) reached.x[i] = origin.x[i] + fraction * d[i];
    }
    return false;
}

}  // namespace detail

/// Minimises a smooth function over a convex set that is given by its projection: a projected quasi-Newton method.
///
/// One method serves boxes and simplices, surrogate fits and acquisition functions. Deterministic. Cost: an iteration
/// takes some 50 (projections + dimension^2) beside its evaluations, of which there is mostly one. Reference: Schmidt,
/// van den Berg, Friedlander and Murphy (2009), "Optimizing costly functions with simple constraints", algorithm 1,
/// with a full matrix; Birgin, Martinez and Raydan (2000) for the steps inside.
/// @param function `double(std::span<const double> x, std::span<double> gradient)`, writes the gradient; where its
///     value is not finite, the step is shortened
/// @param project `void(std::span<double> x)`, replaces x by the nearest point of the set
/// @param start (dimension), projected first
/// @param options when to stop
/// @returns the best point seen, which lies in the set, with its value
/// @throws input_error for options that `check` refuses, or lengths that are not one a coordinate
inline projected_minimum minimize(function_ref<double(std::span<const double> x, std::span<double> gradient)> function,
                                  function_ref<void(std::span<double> x)> project, std::span<const double> start,
                                  const projected_gradient_options& options = {}) {
    const std::size_t dimension = start.size();
    check(options);
    detail::require_option(options.lengths.empty() || options.lengths.size() == dimension, "projected_gradient_options",
                           "lengths.size()", options.lengths.size(), "0 or the dimension, " + to_string(dimension));
    projected_minimum best;
    const auto evaluate = [&](detail::iterate& visited) {
        if (best.evaluations > 0 && best.evaluations >= options.evaluations) return false;
        visited.value = function(visited.x, visited.gradient);
        ++best.evaluations;
        if (visited.value < best.value || best.point.empty()) {
            best.point = visited.x;
            best.value = visited.value;
        }
        return true;
    };
    detail::iterate here{{start.begin(), start.end()}, std::vector<double>(dimension)}, next = here;
    project(here.x);
    evaluate(here);
    const std::vector<double> lengths = options.lengths.empty() ? std::vector<double>(dimension, 1.0) : options.lengths;
    const auto steepest = [&] {
        double slope = 0;
        for (std::size_t i = 0; i < dimension; ++i) slope = std::max(slope, lengths[i] * std::abs(here.gradient[i]));
        return std::max(slope / options.first_step, 1e-300);
    };
    detail::quadratic_model model(lengths, steepest());
    for (int stalled = 0; stalled < 2 && std::isfinite(here.value); ++best.iterations) {
        const auto descent = detail::projected_step(here.x, 1, here.gradient, project);
        if (detail::largest_magnitude(detail::difference(descent, here.x)) <= options.gradient_tolerance) break;
        auto target = model.minimizer(here.x, here.gradient, project);
        if (!(detail::dot(here.gradient, detail::difference(target, here.x)) < 0)) {  // rounding has spoilt the model
            model.reset(steepest());
            target = model.minimizer(here.x, here.gradient, project);
        }
        if (!detail::search_towards(target, evaluate, here, next)) break;
        model.learn(detail::difference(next.x, here.x), detail::difference(next.gradient, here.gradient));
        const double gain = here.value - next.value;
        stalled = gain <= options.value_tolerance * std::max(1.0, std::abs(next.value)) ? stalled + 1 : 0;
        std::swap(here, next);
    }
    return best;
}

}  // namespace bouillon
