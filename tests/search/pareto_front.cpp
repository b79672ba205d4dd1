// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/pareto_front.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <vector>

using namespace bouillon;

using points = std::vector<std::vector<double>>;
using numbers = std::vector<std::size_t>;

TEST_CASE("the front has what no other point is better than, by the first objective") {
    CHECK(pareto_front(points{{3, 1}, {1, 3}, {2, 2}, {3, 3}, {2, 4}}) == numbers{1, 2, 0});
    CHECK(pareto_front(points{{1, 1}, {1, 1}, {1, 2}}) == numbers{0, 1});
    CHECK(pareto_front(points{{2}, {1}, {3}}) == numbers{1});
    CHECK(pareto_front(points{}).empty());
}

TEST_CASE("a point that is not known in one objective is not on the front, and beats nothing") {
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    CHECK(pareto_front(points{{0, unknown}, {1, 1}, {unknown, unknown}}) == numbers{1});
}

TEST_CASE("every point is on the front or has one there that is better") {
    std::mt19937 random(1);
    std::uniform_real_distribution<double> uniform(0, 1);
    points all(60, std::vector<double>(3));
    for (auto& point : all)
        for (double& loss : point) loss = uniform(random);
    const auto front = pareto_front(all);
    CHECK(front.size() < all.size());
    const auto beats = [&](std::size_t a, std::size_t b) {
        bool better = all[a] != all[b];
        for (std::size_t k = 0; k < 3; ++k) better = better && all[a][k] <= all[b][k];
        return better;
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool on_front = std::find(front.begin(), front.end(), i) != front.end();
        bool beaten = false;
        for (const std::size_t j : front) beaten = beaten || beats(j, i);
        CHECK(on_front != beaten);
    }
}
