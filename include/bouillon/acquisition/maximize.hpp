// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/acquisition/concept.hpp>
#include <bouillon/core/projected_gradient.hpp>
#include <bouillon/core/quasi_random.hpp>
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

struct maximize_options {
    std::size_t samples = 512;       // quasi-random over the space; in one dimension a grid instead
    std::size_t perturbations = 64;  // of the incumbent, at radii from 0.2 down to 0.001
    std::size_t starts = 8;          // local searches, from the best candidates that lie apart
    std::size_t agreeing = 4;        // fewer are enough where so many first ones have ended at the same place
    std::size_t grid = 1025;         // points, in one dimension
    projected_gradient_options local = {.value_tolerance = 1e-8};
};

/// The options with local searches in the surrogate's length scales, which an acquisition bends over.
template <class Surrogate>
maximize_options in_length_scales(maximize_options options, const Surrogate& surrogate) {
    options.local.lengths = surrogate.length_scales();
    return options;
}

/// Allows every point of a space.
struct anywhere {
    bool operator()(std::span<const double>) const { return true; }
};

struct maximum {
    std::vector<double> unit_point;  // (d)
    double value = 0;
};

namespace detail {

/// Points in one array, and the acquisition's value at each.
struct candidates {
    std::size_t dimension = 1;
    bool line = false;           // whether they lie on a line, in order
    std::vector<double> points;  // (m, d)
    std::vector<double> values;  // (m)

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

/// Where a maximum may be: a grid along a line, else quasi-random points of the space; and points around the incumbent
/// (d).
template <search_space Space>
candidates draw_candidates(const Space& space, std::span<const double> incumbent, random_engine& engine,
                           const maximize_options& options) {
    candidates drawn{.dimension = space.dimension(), .line = space.cube_dimension() == 1, .points = {}, .values = {}};
    if (drawn.line) {
        for (std::size_t i = 0; i < options.grid; ++i) {
            const double at = static_cast<double>(i) / static_cast<double>(options.grid - 1);
            drawn.add(space.from_cube({&at, 1}));
        }
        return drawn;
    }
    std::vector<double> cube_point(space.cube_dimension()), point(drawn.dimension);
    sobol_sequence sequence(cube_point.size(), engine());
    for (std::size_t i = 0; i < options.samples; ++i) {
        sequence.next(cube_point);
        drawn.add(space.from_cube(cube_point));
    }
    for (std::size_t i = 0; !incumbent.empty() && i < options.perturbations; ++i) {
        const double radius = 0.2 * std::pow(200, -uniform(engine));
        for (std::size_t k = 0; k < point.size(); ++k) point[k] = incumbent[k] + radius * normal(engine);
        space.project(point);
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

}  // namespace detail

/// Finds the unit point of the space where a prepared acquisition is largest, away from points already taken: many
/// candidates in one batch, then projected gradient ascent from the best few. Deterministic for an engine's state.
///
/// incumbent (d): the best point so far, or empty. taken: unit points to keep at least `smallest_distance` away from.
/// allowed: a predicate of unit points (d), for a part of the space. Where all that leaves nothing, the candidate that
/// is farthest from those taken is returned (the same again in a space of one point).
/// Cost: one batch of about 600 (1025 in one dimension), then up to `starts` local searches.
template <prepared_acquisition Acquisition, search_space Space, class Allowed = anywhere>
maximum maximize(const Acquisition& acquisition, const Space& space, std::span<const double> incumbent,
                 const std::vector<std::vector<double>>& taken, double smallest_distance, random_engine& engine,
                 const maximize_options& options = {}, const Allowed& allowed = {}) {
    detail::candidates found = detail::draw_candidates(space, incumbent, engine, options);
    found.values.resize(found.points.size() / found.dimension);
    acquisition.evaluate(found.points, found.values);

    const auto descend = [&](std::span<const double> point, std::span<double> gradient) {
        const double value = acquisition.evaluate_gradient(point, gradient);
        for (double& partial : gradient) partial = -partial;
        return -value;
    };
    const auto project = [&](std::span<double> point) { space.project(point); };
    const std::size_t first_end = found.values.size();
    const auto all_agree = [&] {
        for (std::size_t end = first_end + 1; end < found.values.size(); ++end)
            if (distance(found.point(first_end), found.point(end)) > 1e-3) return false;
        return true;
    };
    for (const std::size_t start : detail::choose_starts(found, options.starts)) {
        if (found.values.size() - first_end >= options.agreeing && all_agree()) break;
        auto local = minimize(descend, project, found.point(start), options.local);
        space.project(local.point);  // its last step may have been rounded out of the space
        found.add(local.point);
        found.values.push_back(-local.value);
    }

    const auto order = found.order();
    const auto room = [&](std::size_t i) { return nearest_distance(found.point(i), taken); };
    const auto is_free = [&](std::size_t i) { return allowed(found.point(i)) && room(i) >= smallest_distance; };
    auto chosen = std::find_if(order.begin(), order.end(), is_free);
    if (chosen == order.end()) chosen = std::ranges::max_element(order, {}, room);
    const std::size_t best = *chosen;
    return {{found.point(best).begin(), found.point(best).end()}, found.values[best]};
}

}  // namespace bouillon
