// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/random.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

/// Where a search may look.
///
/// A *point* has the user's coordinates; a *unit point* is what the surrogate sees, every coordinate in [0, 1]. A space
/// is a plain struct; where its numbers can be wrong it also has `check()`, which throws input_error and which a search
/// calls once.
///
/// `project` replaces its argument by the nearest feasible unit point; `from_cube` maps (cube_dimension) numbers
/// between 0 and 1 to a unit point, uniform ones to uniform points, so that even points of the cube fill the space
/// evenly; `initial_design` gives n unit points to try before there is anything to learn from, the most useful ones
/// first; `point` and `unit_point` are each other's inverse.
template <class S>
concept search_space = std::copy_constructible<S> &&
    requires(const S space, std::span<const double> coordinates, std::span<double> in_place, std::size_t n,
             random_engine& engine) {
    { space.dimension() } -> std::convertible_to<std::size_t>;
    space.project(in_place);
    { space.cube_dimension() } -> std::convertible_to<std::size_t>;
    { space.from_cube(coordinates) } -> std::same_as<std::vector<double>>;
    { space.initial_design(n, engine) } -> std::same_as<std::vector<std::vector<double>>>;
    { space.point(coordinates) } -> std::same_as<std::vector<double>>;
    { space.unit_point(coordinates) } -> std::same_as<std::vector<double>>;
};

/// A search space that may have so few points that all of them can be counted and looked at.
///
/// `points` says how many there are, nothing where there is no end of them; `nth_unit_point` gives each of them once
/// for the numbers below that. A search of such a space is done when all points were tried.
template <class S>
concept countable_space = search_space<S> && requires(const S space, std::size_t n) {
    { space.points() } -> std::same_as<std::optional<std::size_t>>;
    { space.nth_unit_point(n) } -> std::same_as<std::vector<double>>;
};

/// A search space some of whose coordinates go in steps, along which no gradient leads.
///
/// `steps` says whether a coordinate does; `relax` replaces its argument by the nearest unit point of the space as it
/// would be without steps, which is convex; `neighbours` gives the unit points (m, d) that are one step from another.
template <class S>
concept stepped_space = search_space<S> &&
    requires(const S space, std::size_t coordinate, std::span<const double> unit_point, std::span<double> in_place) {
    { space.steps(coordinate) } -> std::same_as<bool>;
    space.relax(in_place);
    { space.neighbours(unit_point) } -> std::same_as<std::vector<double>>;
};

/// A search space whose points say how to merge: `merge_weights` gives one coefficient for each checkpoint, in the
/// order in which the checkpoints were given, the newest last; or such a row for each group of tensors.
template <class S>
concept merge_space = search_space<S> && requires(const S space, std::span<const double> point) {
    { space.merge_weights(point) } -> std::same_as<std::vector<double>>;
};

namespace detail {

/// The merge weights of a point (d) of a space, or none where the space is not for merging.
template <search_space Space>
std::vector<double> merge_weights(const Space& space, std::span<const double> point) {
    if constexpr (merge_space<Space>)
        return space.merge_weights(point);
    else
        return {};
}

}  // namespace detail

/// A bound of a space that a point lies on, to a hundredth of the range.
struct reached_bound {
    std::string name;                 ///< the space's member that sets it, or words where none does
    double value;                     ///< of the bound
    std::string beyond = "widen it";  ///< what to do to look farther
};

/// A search space with bounds that a user can go beyond: `reached_bounds` gives those that a point lies on.
///
/// Bounds that are in the nature of things, such as a merge weight's of 0 and 1 in an average, are none.
template <class S>
concept bounded_space = search_space<S> && requires(const S space, std::span<const double> point) {
    { space.reached_bounds(point) } -> std::same_as<std::vector<reached_bound>>;
};

}  // namespace bouillon
