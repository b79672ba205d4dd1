// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/climb_in_steps.hpp>
#include <bouillon/acquisition/concept.hpp>
#include <bouillon/core/function_ref.hpp>
#include <bouillon/core/projected_gradient.hpp>
#include <bouillon/core/quasi_random.hpp>
#include <bouillon/core/random.hpp>
#include <bouillon/core/require_option.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/space/spread.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace bouillon {

/// How hard `maximize` looks.
struct maximize_options {
    std::size_t samples = 512;       ///< quasi-random over the space; in one dimension a grid instead
    std::size_t perturbations = 64;  ///< of the incumbent, at radii from 0.2 down to 0.001
    std::size_t starts = 8;          ///< local searches, from the best candidates that lie apart
    std::size_t agreeing = 4;        ///< fewer are enough where so many first ones have ended at the same place
    std::size_t grid = 1025;         ///< points, in one dimension
    projected_gradient_options local = {.value_tolerance = 1e-8};  ///< of each local search
};

/// Refuses numbers that leave a maximisation nothing to choose from.
///
/// @throws input_error that names the option and its value
inline void check(const maximize_options& options) {
    detail::require_option(options.samples > 0, "maximize", "samples", options.samples, "1 or more");
    detail::require_option(options.agreeing > 0, "maximize", "agreeing", options.agreeing, "1 or more");
    detail::require_option(options.grid > 1, "maximize", "grid", options.grid, "2 or more");
    check(options.local, "maximize.local");
}

/// The options with local searches in the surrogate's length scales, which an acquisition bends over.
template <class Surrogate>
maximize_options in_length_scales(maximize_options options, const Surrogate& surrogate) {
    options.local.lengths = surrogate.length_scales();
    return options;
}

/// Allows every point of a space.
inline constexpr auto anywhere = [](std::span<const double>) { return true; };

/// Where a maximisation looks first, and what it may answer with.
struct maximize_request {
    std::span<const double> incumbent = {};                        ///< (d), the best point so far; or empty
    std::span<const std::vector<double>> taken = {};               ///< (taken, d), unit points to keep away from
    double smallest_distance = 0;                                  ///< from each of these
    function_ref<bool(std::span<const double>)> allow = anywhere;  ///< of a unit point (d): whether it may be it
};

/// What `maximize` found.
struct maximum {
    std::vector<double> unit_point;  ///< (d)
    double value = 0;                ///< of the acquisition there
};

namespace detail {

/// Points in one array, and the acquisition's value at each.
struct candidates {
    std::size_t dimension = 1;
    bool line = false;           ///< whether they lie on a line, in order
    std::vector<double> points;  ///< (m, d)
    std::vector<double> values;  ///< (m)

    std::span<const double> point(std::size_t i) const { return std::span(points).subspan(i * dimension, dimension); }
    void add(std::span<const double> point) { points.insert(points.end(), point.begin(), point.end()); }

    /// Indices, the largest value first; NaN counts as the smallest.
    std::vector<std::size_t> order() const {
        std::vector<std::size_t> index(values.size());
        std::iota(index.begin(), index.end(), std::size_t{0});
        const auto key = [&](std::size_t i) { return std::isnan(values[i]) ? -INFINITY : values[i]; };
        std::stable_sort(index.begin(), index.end(), [&](std::size_t a, std::size_t b) { return key(a) > key(b); });
        return index;
    }
};

/// A prepared acquisition and a space as functions of unit points, so that what maximises is compiled once for all.
struct maximize_problem {
    std::size_t dimension, cube_dimension;
    function_ref<void(std::span<const double> points, std::span<double> values)> evaluate;
    function_ref<double(std::span<const double> point, std::span<double> gradient)> evaluate_gradient;
    function_ref<std::vector<double>(std::span<const double> cube_point)> from_cube;
    function_ref<void(std::span<double> unit_point)> project;
    const steps_of_space& steps;
};

/// Where a maximum may be: a grid along a line, else quasi-random points of the space; and points around the incumbent
/// (d).
///
/// Their values are still to be computed.
inline candidates draw_candidates(const maximize_problem& problem, std::span<const double> incumbent,
                                  random_engine& engine, const maximize_options& options) {
    candidates drawn{.dimension = problem.dimension, .line = problem.cube_dimension == 1, .points = {}, .values = {}};
    if (drawn.line) {
        for (std::size_t i = 0; i < options.grid; ++i) {
            const double coordinate = static_cast<double>(i) / static_cast<double>(options.grid - 1);
            drawn.add(problem.from_cube({&coordinate, 1}));
        }
        return drawn;
    }
    std::vector<double> cube_point(problem.cube_dimension);
    sobol_sequence sequence(cube_point.size(), engine());
    for (std::size_t i = 0; i < options.samples; ++i) {
        sequence.next(cube_point);
        drawn.add(problem.from_cube(cube_point));
    }
    for (std::size_t i = 0; !incumbent.empty() && i < options.perturbations; ++i) {
        auto point = perturbed(incumbent, engine);
        problem.project(point);
        drawn.add(point);
    }
    return drawn;
}

/// The best candidates for local searches: local maxima of a grid, else candidates with some distance between them.
inline std::vector<std::size_t> choose_starts(const candidates& drawn, std::size_t count) {
    const auto& values = drawn.values;
    std::vector<std::size_t> starts;  // (at most count)
    const auto is_start = [&](std::size_t i) {
        if (drawn.line)
            return !(i > 0 && values[i - 1] > values[i]) && !(i + 1 < values.size() && values[i + 1] > values[i]);
        return std::none_of(starts.begin(), starts.end(),
                            [&](std::size_t start) { return distance(drawn.point(start), drawn.point(i)) < 0.1; });
    };
    for (const std::size_t i : drawn.order()) {
        if (starts.size() == count) break;
        if (is_start(i)) starts.push_back(i);
    }
    return starts;
}

/// Climbs from the best candidates, and adds where it ends to them.
inline void climb_from_best(const maximize_problem& problem, candidates& reached, const maximize_options& options) {
    const auto descend = [&](std::span<const double> point, std::span<double> gradient) {
        const double value = problem.evaluate_gradient(point, gradient);
        for (double& partial : gradient) partial = -partial;
        return -value;
    };
    const std::size_t first_end = reached.values.size();
    const auto all_agree = [&] {
        for (std::size_t end = first_end + 1; end < reached.values.size(); ++end)
            if (distance(reached.point(first_end), reached.point(end)) > 1e-3) return false;
        return true;
    };
    for (const std::size_t start : choose_starts(reached, options.starts)) {
        if (reached.values.size() - first_end >= options.agreeing && all_agree()) break;
        auto local = problem.steps.any ? climb_in_steps(descend, problem.project, problem.steps, reached.point(start),
                                                        problem.evaluate, options.local)
                                       : minimize(descend, problem.project, reached.point(start), options.local);
        problem.project(local.point);  // its last step may have been rounded out of the space
        reached.add(local.point);
        reached.values.push_back(-local.value);
    }
}

/// The best of the candidates that the request leaves, else the one that is farthest from those taken.
inline maximum best_left(const candidates& reached, const maximize_request& request) {
    const auto order = reached.order();
    const auto room = [&](std::size_t i) { return nearest_distance(reached.point(i), request.taken); };
    const auto is_free = [&](std::size_t i) {
        return request.allow(reached.point(i)) && room(i) >= request.smallest_distance;
    };
    auto chosen = std::find_if(order.begin(), order.end(), is_free);
    if (chosen == order.end()) chosen = std::ranges::max_element(order, {}, room);
    const auto point = reached.point(*chosen);
    return {{point.begin(), point.end()}, reached.values[*chosen]};
}

inline maximum maximize(const maximize_problem& problem, random_engine& engine, const maximize_request& request,
                        const maximize_options& options) {
    candidates reached = draw_candidates(problem, request.incumbent, engine, options);
    reached.values.resize(reached.points.size() / reached.dimension);
    problem.evaluate(reached.points, reached.values);
    climb_from_best(problem, reached, options);
    return best_left(reached, request);
}

/// The same of all points of a space that has few.
/// @param points (m, d)
inline maximum maximize_over(std::vector<double> points, std::size_t dimension,
                             function_ref<void(std::span<const double>, std::span<double>)> evaluate,
                             const maximize_request& request) {
    candidates all{.dimension = dimension, .points = std::move(points), .values = {}};
    all.values.resize(all.points.size() / dimension);
    evaluate(all.points, all.values);
    return best_left(all, request);
}

}  // namespace detail

/// Finds the unit point of the space where a prepared acquisition is largest, away from points already taken.
///
/// Many candidates in one batch, then projected gradient ascent from the best few; where coordinates go in steps,
/// between these first and then from step to step. Of a space with few points each is evaluated. Deterministic for an
/// engine's state. Where the request leaves nothing, the candidate that is farthest from those taken is returned (the
/// same again in a space of one point). Throws input_error for options that `check` refuses. Cost: one batch of about
/// 600 (1025 in one dimension), then up to `starts` local searches.
template <prepared_acquisition Acquisition, search_space Space>
maximum maximize(const Acquisition& acquisition, const Space& space, random_engine& engine,
                 const maximize_request& request = {}, const maximize_options& options = {}) {
    check(options);
    const auto evaluate = [&](auto points, auto values) { acquisition.evaluate(points, values); };
    const auto evaluate_gradient = [&](auto point, auto gradient) {
        return acquisition.evaluate_gradient(point, gradient);
    };
    const auto from_cube = [&](auto cube_point) { return space.from_cube(cube_point); };
    const auto project = [&](auto unit_point) { space.project(unit_point); };
    if (auto all = all_of_few_points(space); !all.empty())
        return detail::maximize_over(std::move(all), space.dimension(), evaluate, request);
    const auto run = [&](const detail::steps_of_space& steps) {
        return detail::maximize(
            {space.dimension(), space.cube_dimension(), evaluate, evaluate_gradient, from_cube, project, steps}, engine,
            request, options);
    };
    return detail::with_steps_of(space, run);
}

}  // namespace bouillon
