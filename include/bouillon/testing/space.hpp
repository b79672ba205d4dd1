// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/random.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/space/concept.hpp>
#include <bouillon/space/spread.hpp>
#include <bouillon/testing/violations.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace bouillon {

namespace detail {

/// The largest difference of two points' coordinates; infinite where they have not as many.
inline double largest_difference(std::span<const double> a, std::span<const double> b) {
    if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
    double largest = 0;
    for (std::size_t k = 0; k < a.size(); ++k)
        if (const double difference = std::abs(a[k] - b[k]); !(difference <= largest)) largest = difference;
    return largest;
}

/// The laws of a space, at unit points that its cube maps to and at ones that are projected.
template <search_space Space>
class space_laws {
 public:
    explicit space_laws(const Space& space) : space_(space) {
        if constexpr (requires { space.check(); }) space.check();
    }

    void check(law_book& book) {
        check_cube(book);
        check_projections(book);
        if (cubed_.empty() || projected_.empty()) return;
        if (space_.cube_dimension() <= 8) check_reach(book);
        check_designs(book);
        if constexpr (countable_space<Space>) check_points(book);
        if constexpr (stepped_space<Space>) check_steps(book);
    }

 private:
    using unit_points = std::vector<std::vector<double>>;  // (any, dimension)

    static constexpr double rounding = 1e-12;

    static std::string moved(std::span<const double> a, std::span<const double> b) {
        return in_brackets(a) + " becomes " + in_brackets(b);
    }

    std::vector<double> projection(std::vector<double> unit_point) const {
        space_.project(unit_point);
        return unit_point;
    }

    /// Whether a point has the space's dimension and lies in the unit cube.
    bool check_unit_point(law_book& book, std::span<const double> unit_point, const char* law) const {
        const auto in_range = [](double u) { return u >= 0 && u <= 1; };
        const bool holds = unit_point.size() == space_.dimension() && std::ranges::all_of(unit_point, in_range);
        book.require(holds, law, [&] {
            return in_brackets(unit_point) + " is no unit point of " + to_string(space_.dimension()) + " dimensions";
        });
        return holds;
    }

    /// A point of the space stays where it is, and comes back from its user's coordinates.
    void check_own_point(law_book& book, const std::vector<double>& unit_point) const {
        const auto again = projection(unit_point);
        book.require(largest_difference(again, unit_point) <= rounding, "a point of the space is its own projection",
                     [&] { return moved(unit_point, again); });
        const auto point = space_.point(unit_point);
        const auto back = space_.unit_point(point);
        book.require(largest_difference(back, unit_point) <= rounding, "unit_point takes back what point does",
                     [&] { return moved(unit_point, back) + " by way of " + in_brackets(point); });
    }

    /// Corners of the cube, all of them in up to eight dimensions, and points inside.
    void check_cube(law_book& book) {
        for (int i = 0; i < 600; ++i) {
            std::vector<double> cube_point(space_.cube_dimension());
            for (std::size_t k = 0; k < cube_point.size(); ++k)
                cube_point[k] = i < 256 ? (i >> k % 8) & 1 : uniform(engine_);
            const auto unit_point = space_.from_cube(cube_point);
            if (!check_unit_point(book, unit_point, "from_cube gives unit points")) return;
            check_own_point(book, unit_point);
            cubed_.push_back(unit_point);
        }
    }

    void check_projections(law_book& book) {
        for (int i = 0; i < 600; ++i) {
            std::vector<double> anywhere(space_.dimension());
            for (double& u : anywhere) u = 0.5 + (i % 2 == 0 ? 0.5 : 2) * normal(engine_);
            const auto unit_point = projection(anywhere);
            if (!check_unit_point(book, unit_point, "project gives unit points")) return;
            check_own_point(book, unit_point);
            projected_.push_back(unit_point);
        }
    }

    struct range {
        double low, high;
    };

    static range reach(const unit_points& points, std::size_t coordinate) {
        range all = {1, 0};
        for (const auto& unit_point : points)
            all = {std::min(all.low, unit_point[coordinate]), std::max(all.high, unit_point[coordinate])};
        return all;
    }

    /// Each coordinate's range is the same, whether points come from the cube or by projection.
    void check_reach(law_book& book) const {
        const auto words = [](const range& all) { return to_string(all.low) + " to " + to_string(all.high); };
        for (std::size_t k = 0; k < space_.dimension(); ++k) {
            const range cubed = reach(cubed_, k), projected = reach(projected_, k);
            book.require(cubed.low <= projected.low + 0.1 && cubed.high >= projected.high - 0.1,
                         "from_cube covers what project allows", [&] {
                             return "coordinate " + to_string(k) + " goes from " + words(cubed) +
                                    ", where projections go from " + words(projected);
                         });
        }
    }

    void check_designs(law_book& book) {
        for (std::size_t n = 1; n <= 12; ++n) {
            const unit_points design = space_.initial_design(n, engine_);
            book.require(design.size() == std::min(n, points()), "a design of n points has n, or all that there are",
                         [&] { return to_string(design.size()) + " of " + to_string(n); });
            for (const auto& unit_point : design)
                if (check_unit_point(book, unit_point, "a design has unit points")) check_own_point(book, unit_point);
            check_distinct(book, design);
        }
    }

    void check_distinct(law_book& book, const unit_points& design) const {
        if (cubed_.front() == cubed_.back()) return;  // a space of one point
        for (std::size_t i = 1; i < design.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                book.require(largest_difference(design[i], design[j]) > 0, "no point comes twice in a design", [&] {
                    return "points " + to_string(j) + " and " + to_string(i) + " of " + to_string(design.size()) +
                           " are " + in_brackets(design[i]);
                });
    }

    /// How many points there are.
    std::size_t points() const {
        constexpr std::size_t endless = std::numeric_limits<std::size_t>::max();
        if constexpr (countable_space<Space>) return space_.points().value_or(endless);
        return endless;
    }

    /// Where points can be counted: the first thousand are of the space, each comes once, and where there are not more
    /// projections are the nearest.
    void check_points(law_book& book) {
        if (!space_.points()) return;
        unit_points counted;
        for (std::size_t i = 0; i < std::min<std::size_t>(points(), 1000); ++i) {
            counted.push_back(space_.nth_unit_point(i));
            if (!check_unit_point(book, counted.back(), "nth_unit_point gives unit points")) return;
            check_own_point(book, counted.back());
        }
        unit_points sorted = counted;
        std::ranges::sort(sorted);
        const auto twice = std::ranges::adjacent_find(sorted);
        book.require(twice == sorted.end(), "every point is counted once",
                     [&] { return in_brackets(*twice) + " comes twice"; });
        if (counted.size() < points()) return;
        for (const auto& unit_point : cubed_) {
            std::vector<double> beside = unit_point;
            for (double& u : beside) u += 0.1 * normal(engine_);
            const auto projected = projection(beside);
            const double best = nearest_distance(beside, counted);
            book.require(distance(projected, beside) <= best + rounding, "project gives the nearest point", [&] {
                return moved(beside, projected) + ", but the nearest is " + to_string(best) + " away";
            });
        }
    }

    /// Where coordinates go in steps: without steps a point of the space stays where it is; what is one step away is of
    /// the space, and another point, which differs in coordinates that go in steps alone.
    void check_steps(law_book& book) const {
        for (const auto& unit_point : cubed_) {
            auto relaxed = unit_point;
            space_.relax(relaxed);
            book.require(largest_difference(relaxed, unit_point) <= rounding, "relax leaves points of the space alone",
                         [&] { return moved(unit_point, relaxed); });
            const auto flat = space_.neighbours(unit_point);  // (m, d)
            const std::size_t d = space_.dimension();
            for (std::size_t first = 0; first + d <= flat.size(); first += d) {
                const std::vector<double> beside(&flat[first], &flat[first] + d);
                if (!check_unit_point(book, beside, "neighbours gives unit points")) return;
                check_own_point(book, beside);
                bool moves = false, smoothly = false;
                for (std::size_t k = 0; k < d; ++k)
                    if (beside[k] != unit_point[k]) (space_.steps(k) ? moves : smoothly) = true;
                book.require(moves && !smoothly, "a neighbour is one step away",
                             [&] { return in_brackets(beside) + " beside " + in_brackets(unit_point); });
            }
        }
    }

    Space space_;
    random_engine engine_ = make_engine(1);
    unit_points cubed_, projected_;
};

}  // namespace detail

/// Whether a space keeps its promises: projections and the cube's image are unit points that projecting again and a
/// round trip through the user's coordinates leave alone; the cube reaches what projections reach; a design of n points
/// has n of the space, none twice; points that can be counted are counted once, and steps lead to other points. What
/// `check()` throws passes through.
template <search_space Space>
violations space_violations(const Space& space) {
    detail::law_book book;
    detail::space_laws(space).check(book);
    return book.sentences();
}

/// For a space of averages, on which nothing insists: whether the merge weights sum to 1, in each row of them.
/// @param space from whose cube the points are taken
/// @param checkpoints weights in a row
template <merge_space Space>
violations average_violations(const Space& space, std::size_t checkpoints) {
    detail::law_book book;
    random_engine engine = make_engine(2);
    for (int i = 0; i < 300; ++i) {
        std::vector<double> cube_point(space.cube_dimension());
        for (double& u : cube_point) u = i % 2 == 0 ? std::round(uniform(engine)) : uniform(engine);
        const auto point = space.point(space.from_cube(cube_point));
        const auto weights = space.merge_weights(point);
        book.require(!weights.empty() && weights.size() % checkpoints == 0, "there is a merge weight a checkpoint",
                     [&] { return to_string(weights.size()) + " for " + to_string(checkpoints) + " checkpoints"; });
        for (std::size_t first = 0; first + checkpoints <= weights.size(); first += checkpoints) {
            const auto row = std::span(weights).subspan(first, checkpoints);
            book.require_near(std::accumulate(row.begin(), row.end(), 0.0), 1, 1e-12, "merge weights sum to 1",
                              [&] { return "the sum of " + detail::in_brackets(row); });
        }
    }
    return book.sentences();
}

}  // namespace bouillon
