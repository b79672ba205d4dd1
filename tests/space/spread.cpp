// SPDX-License-Identifier: Apache-2.0
#include <bouillon/space/spread.hpp>

#include <bouillon/space/box.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("distance is Euclidean and the nearest of none is infinitely far") {
    CHECK(distance(std::vector{0.0, 3.0}, std::vector{4.0, 0.0}) == 5);
    const std::vector<std::vector<double>> others = {{3.0}, {-2.0}};
    CHECK(nearest_distance(std::vector{0.0}, others) == 2);
    CHECK(nearest_distance(std::vector{0.0}, {}) == std::numeric_limits<double>::infinity());
}

TEST_CASE("a uniform sample is the space's map of uniform numbers") {
    const box square{{0, 0}, {1, 1}};
    random_engine engine = make_engine(1), same = make_engine(1);
    const double first = uniform(same), second = uniform(same);
    CHECK(uniform_sample(square, engine) == std::vector{first, second});
}

TEST_CASE("each coordinate of a Latin hypercube visits every part of its range once") {
    random_engine engine = make_engine(3);
    const auto points = latin_hypercube(7, 3, engine);
    REQUIRE(points.size() == 7);
    for (std::size_t coordinate = 0; coordinate < 3; ++coordinate) {
        std::vector<int> parts;
        for (const auto& point : points) parts.push_back(static_cast<int>(point[coordinate] * 7));
        std::sort(parts.begin(), parts.end());
        CHECK(parts == std::vector{0, 1, 2, 3, 4, 5, 6});
    }
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
    const std::vector<std::vector<double>> corners = {{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}};
    const auto far = farthest_sample(square, corners, engine);
    CHECK(far[0] > 0.7);
    CHECK(far[1] > 0.7);
}

TEST_CASE("perturbed points lie around their centre, each order of magnitude alike") {
    auto engine = make_engine(4);
    const std::vector<double> centre = {0.3, 0.6, 0.9};
    int near = 0, far = 0;
    for (int i = 0; i < 1000; ++i) {
        const double away = distance(perturbed(centre, engine), centre);
        near += away < 0.014;  // the middle of the deviations, 0.2 and 0.001
        far += away > 0.2;
    }
    CHECK(near > 250);
    CHECK(near < 500);
    CHECK(far > 50);
    CHECK(far < 250);
}

TEST_CASE("of a space with few points all are looked at, each once") {
    const box few{{0, 0}, {3, 2}, {{.integer = true}, {.integer = true}}}, many{{0}, {1e6}, {{.integer = true}}};
    CHECK(all_of_few_points(few).size() == 24);
    CHECK(all_of_few_points(few, 11).empty());
    CHECK(all_of_few_points(many).empty());
    CHECK(all_of_few_points(box{{0}, {1}}).empty());
    CHECK(even_points(few, 100, 1).size() == 24);
    CHECK(even_points(few, 5, 1).size() == 10);
    random_engine engine = make_engine(1);
    std::vector<std::vector<double>> taken;
    for (int i = 0; i < 12; ++i) {  // the last ones are found too, where a draw would mostly miss them
        auto next = farthest_sample(few, taken, engine);
        CHECK(nearest_distance(next, taken) > 0);
        taken.push_back(std::move(next));
    }
}
