// SPDX-License-Identifier: Apache-2.0
#include <bouillon/testing/space.hpp>

#include <bouillon/core/error.hpp>
#include <bouillon/space/interval.hpp>
#include <bouillon/space/simplex.hpp>

#include <testing/reports.hpp>

#include <check_laws.hpp>

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
    check_report(space_violations(short_design{}), "a design of n points has n: 1 of 2 (and 10 more)");
    check_report(space_violations(repeated_design{}),
                 "no point comes twice in a design: points 0 and 1 of 2 are (0.5)");
}

TEST_CASE("merge weights that do not sum to 1 are told, and a space that refuses itself says so") {
    check_report(average_violations(heavy{{2}}, 2), "is 1.5, but should be 1");
    check_report(average_violations(simplex{3}, 2), "3 for 2 checkpoints");
    CHECK_THROWS_AS(space_violations(simplex{0}), input_error);
}
