// SPDX-License-Identifier: Apache-2.0
#include <bouillon/space/concept.hpp>

#include <bouillon/testing/space.hpp>

#include <check_laws.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

namespace {

/// One point and nothing to search: the least that is a space.
struct single_point {
    std::size_t dimension() const { return 1; }
    void project(std::span<double> unit_point) const { unit_point[0] = 0; }
    std::size_t cube_dimension() const { return 0; }
    std::vector<double> from_cube(std::span<const double>) const { return {0.0}; }
    std::vector<std::vector<double>> initial_design(std::size_t n, random_engine&) const { return {n, {0.0}}; }
    std::vector<double> point(std::span<const double>) const { return {7.0}; }
    std::vector<double> unit_point(std::span<const double>) const { return {0.0}; }
};

struct merging_point : single_point {
    std::vector<double> merge_weights(std::span<const double>) const { return {1.0}; }
};

struct without_projection {
    std::size_t dimension() const { return 1; }
};

}  // namespace

TEST_CASE("a user's struct is a search space by its members alone, and a merge space by one more") {
    CHECK(search_space<single_point>);
    CHECK_FALSE(merge_space<single_point>);
    CHECK(merge_space<merging_point>);
}

TEST_CASE("a point has merge weights where its space is for merging, and none elsewhere") {
    CHECK(detail::merge_weights(merging_point{}, std::vector{7.0}) == std::vector{1.0});
    CHECK(detail::merge_weights(single_point{}, std::vector{7.0}).empty());
}

TEST_CASE("a struct without a projection is no space") {
    CHECK_FALSE(search_space<without_projection>);
    CHECK_FALSE(search_space<int>);
}

TEST_CASE("the least that is a space keeps the laws of a space") {
    check_laws(space_violations(single_point{}));
    check_laws(average_violations(merging_point{}, 1));
}
