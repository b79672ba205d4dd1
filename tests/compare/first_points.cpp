// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/first_points.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace bouillon;

TEST_CASE("the first points of a box are a Latin hypercube") {
    random_engine engine = make_engine(3);
    const auto points = first_points(box{{0, 0, 0}, {1, 1, 1}}, 7, engine);
    CHECK(points.size() == 7);
    for (std::size_t coordinate = 0; coordinate < 3; ++coordinate) {
        std::vector<int> parts;
        for (const auto& point : points) parts.push_back(static_cast<int>(point[coordinate] * 7));
        std::sort(parts.begin(), parts.end());
        CHECK(parts == std::vector{0, 1, 2, 3, 4, 5, 6});
    }
}

TEST_CASE("the first points of a box of integers are whole numbers") {
    random_engine engine = make_engine(3);
    const box space{.lower = {1, 1e-4}, .upper = {9, 1}, .coordinates = {{.integer = true}, {.logarithmic = true}}};
    for (auto unit_point : first_points(space, 12, engine)) {
        const auto before = unit_point;
        space.project(unit_point);
        CHECK(unit_point == before);
    }
}

TEST_CASE("the first points of a simplex are uniform on it") {
    random_engine engine = make_engine(3);
    double first = 0;
    for (const auto& point : first_points(simplex{4}, 4000, engine)) {
        CHECK(std::accumulate(point.begin(), point.end(), 0.0) == doctest::Approx(1));
        CHECK(*std::min_element(point.begin(), point.end()) >= 0);
        first += point[0] / 4000;
    }
    CHECK(first == doctest::Approx(0.25).epsilon(0.03));
}

TEST_CASE("how many first points there are follows from freedom and budget") {
    CHECK(first_point_count(interval{0, 1}, 15) == 5);
    CHECK(first_point_count(box{{0, 0, 0, 0}, {1, 1, 1, 1}}, 60) == 8);
    CHECK(first_point_count(simplex{16}, 100) == 10);
    CHECK(first_point_count(simplex{16}, 8) == 4);
    CHECK(first_point_count(simplex{16}, 1) == 1);
}

TEST_CASE("a designed space begins where it is told to") {
    random_engine engine = make_engine(1);
    const designed<interval> space{interval{2, 4}, {{0.25}, {0.75}}};
    CHECK(space.initial_design(2, engine) == space.design);
    CHECK(space.point(space.design[0]) == std::vector{2.5});
}
