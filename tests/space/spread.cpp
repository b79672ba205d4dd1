// SPDX-License-Identifier: Apache-2.0
#include <bouillon/space/spread.hpp>

#include <bouillon/space/box.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("distance is Euclidean and the nearest of none is infinitely far") {
    CHECK(distance(std::vector{0.0, 3.0}, std::vector{4.0, 0.0}) == 5);
    CHECK(nearest_distance(std::vector{0.0}, {{3.0}, {-2.0}}) == 2);
    CHECK(nearest_distance(std::vector{0.0}, {}) == std::numeric_limits<double>::infinity());
}

TEST_CASE("a uniform sample is the space's map of uniform numbers") {
    const box square{{0, 0}, {1, 1}};
    random_engine engine = make_engine(1), same = make_engine(1);
    const double first = uniform(same), second = uniform(same);
    CHECK(uniform_sample(square, engine) == std::vector{first, second});
}

TEST_CASE("even points are a grid on a line, and elsewhere each coordinate fills its range") {
    CHECK(even_points(box{{0}, {1}}, 5, 1) == std::vector{0.0, 0.25, 0.5, 0.75, 1.0});
    const auto points = even_points(box{{0, 0}, {1, 1}}, 64, 1);
    REQUIRE(points.size() == 128);
    for (std::size_t coordinate : {0, 1}) {
        std::vector<int> in_part(64);  // each sixty-fourth of each coordinate holds one
        for (std::size_t i = coordinate; i < points.size(); i += 2) ++in_part[static_cast<std::size_t>(64 * points[i])];
        CHECK(in_part == std::vector<int>(64, 1));
    }
}

TEST_CASE("a farthest sample lies where nothing was taken") {
    const box square{{0, 0}, {1, 1}};
    random_engine engine = make_engine(1);
    const auto far = farthest_sample(square, {{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}}, engine);
    CHECK(far[0] > 0.7);
    CHECK(far[1] > 0.7);
}
