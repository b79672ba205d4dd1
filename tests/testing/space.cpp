// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/space.hpp>

#include <bouillon/core/error.hpp>
#include <bouillon/space/box.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/simplex.hpp>

#include <testing/reports.hpp>

#include <check_laws.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

struct half_covered : interval {
    std::vector<double> from_cube(std::span<const double> cube_point) const { return {cube_point[0] / 2}; }
};

struct one_way : interval {
    std::vector<double> unit_point(std::span<const double> point) const { return {point[0]}; }
};

struct outside : interval {
    void project(std::span<double>) const {}
};

struct never_settled : interval {
    void project(std::span<double> unit_point) const { unit_point[0] = 0.5 + 0.25 * (unit_point[0] - 0.5); }
};

struct short_design : interval {
    std::vector<std::vector<double>> initial_design(std::size_t, random_engine&) const { return {{0.5}}; }
};

struct repeated_design : interval {
    std::vector<std::vector<double>> initial_design(std::size_t n, random_engine&) const { return {n, {0.5}}; }
};

const box grid{{1, 0}, {4, 2}, {{.integer = true}, {.integer = true}}};

struct counted_twice : box {
    std::vector<double> nth_unit_point(std::size_t n) const { return box::nth_unit_point(n / 2); }
};

struct rounded_down : box {
    void project(std::span<double> unit_point) const {
        for (double& u : unit_point) u = std::clamp(u - 0.1, 0.0, 1.0);
        box::project(unit_point);
    }
};

struct always_relaxed : box {
    void relax(std::span<double> unit_point) const {
        for (double& u : unit_point) u *= 0.5;
    }
};

struct beside_itself : box {
    std::vector<double> neighbours(std::span<const double> unit_point) const {
        return {unit_point.begin(), unit_point.end()};
    }
};

struct heavy : simplex {
    std::vector<double> merge_weights(std::span<const double> point) const {
        std::vector<double> weights(point.begin(), point.end());
        weights[0] += 0.5;
        return weights;
    }
};

}  // namespace

TEST_CASE("spaces that keep all laws are not complained of") {
    check_laws(space_violations(interval{}));
    check_laws(space_violations(simplex{5}));
    check_laws(average_violations(simplex{5}, 5));
}

TEST_CASE("a cube that leaves a part of the space out is told") {
    check_report(
        space_violations(half_covered{}),
        "from_cube covers what project allows: coordinate 0 goes from 0 to 0.5, where projections go from 0 to 1");
}

TEST_CASE("maps that do not take each other back are told") {
    check_report(space_violations(one_way{}),
                 "unit_point takes back what point does: (0) becomes (0.5) by way of (0.5)");
}

TEST_CASE("projections out of the unit cube, and ones that never settle, are told") {
    check_report(space_violations(outside{}), "project gives unit points: (");
    check_report(space_violations(never_settled{}), "a point of the space is its own projection: (");
}

TEST_CASE("designs of another size, and with a point that comes twice, are told") {
    check_report(space_violations(short_design{}),
                 "a design of n points has n, or all that there are: 1 of 2 (and 10 more)");
    check_report(space_violations(repeated_design{}),
                 "no point comes twice in a design: points 0 and 1 of 2 are (0.5)");
}

TEST_CASE("merge weights that do not sum to 1 are told, and a space that refuses itself says so") {
    check_report(average_violations(heavy{{2}}, 2), "is 1.5, but should be 1");
    check_report(average_violations(simplex{3}, 2), "3 for 2 checkpoints");
    CHECK_THROWS_AS(space_violations(simplex{0}), input_error);
}

TEST_CASE("points that are counted wrongly are told, and so is a projection that is not to the nearest") {
    check_laws(space_violations(grid));
    check_report(space_violations(counted_twice{grid}), "every point is counted once: (0, 0) comes twice");
    check_report(space_violations(rounded_down{grid}), "project gives the nearest point: (");
}

TEST_CASE("steps that lead nowhere and a relaxation that moves points are told") {
    check_report(space_violations(always_relaxed{grid}), "relax leaves points of the space alone: (");
    check_report(space_violations(beside_itself{grid}), "a neighbour is one step away: (");
}
