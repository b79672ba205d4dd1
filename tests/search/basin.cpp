// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/basin.hpp>

#include <bouillon/surrogate/gaussian_process.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using namespace bouillon;

namespace {

/// Scores with their best at (0.2, 0.2), and two failures.
training_data scores() {
    training_data data;
    for (const double x : {0.2, 0.25, 0.9})
        for (const double y : {0.2, 0.8}) data.add(std::vector{x, y}, -double(data.size()), 0);
    data.successes = data.size();
    data.add(std::vector{0.21, 0.21}, -9, 0);
    data.add(std::vector{0.8, 0.9}, -9, 0);
    return data;
}

}  // namespace

TEST_CASE("a basin reaches as far as some length scales, along each coordinate its own") {
    const detail::basin around{{0.5, 0.5}, {0.1, 0.3}, 2}, wider{{0.5, 0.5}, {0.1, 0.3}, 2.2};
    CHECK(wider.contains(std::vector{0.71, 0.5}));
    CHECK(around.contains(std::vector{0.5, 0.5}));
    CHECK(around.contains(std::vector{0.69, 0.5}));
    CHECK_FALSE(around.contains(std::vector{0.71, 0.5}));
    CHECK(around.contains(std::vector{0.5, 1.0}));
    CHECK_FALSE(around.contains(std::vector{0.65, 0.95}));
}

TEST_CASE("what lies outside of a basin keeps its order, its noise and its failures") {
    const detail::basin around{{0.2, 0.2}, {0.1, 0.1}};
    const training_data all = scores(), kept = detail::outside(std::vector{around}, all);
    CHECK(kept.successes == 4);
    CHECK(kept.scores == std::vector{-1.0, -3.0, -4.0, -5.0, -9.0});
    CHECK(kept.variances.size() == 5);
    for (std::size_t i = 0; i < kept.size(); ++i) CHECK_FALSE(around.contains(kept.point(i)));
}

TEST_CASE("what may be the best is so outside of a basin too") {
    training_data all = scores();
    all.eligible = {true, true, false, true, false, true};
    const training_data kept = detail::outside(std::vector<detail::basin>{{{0.2, 0.2}, {0.1, 0.1}}}, all);
    CHECK(kept.eligible == std::vector<bool>{true, true, false, true});
}

TEST_CASE("outside of several basins is what none of them contains") {
    const std::vector<detail::basin> two = {{{0.2, 0.2}, {0.1, 0.1}}, {{0.9, 0.8}, {0.1, 0.1}}};
    CHECK(detail::outside(two, scores()).scores == std::vector{-1.0, -3.0, -4.0});
    CHECK(detail::outside({}, scores()).scores == scores().scores);
    CHECK(detail::contain(two, std::vector{0.9, 0.8}));
    CHECK_FALSE(detail::contain(two, std::vector{0.2, 0.8}));
}

TEST_CASE("the best basin is the best tried point's, in the surrogate's length scales") {
    const training_data data = scores();
    gaussian_process<> model(2);
    model.fit(data.points, data.scores, data.variances);
    const auto around = detail::best_basin(model, data, 3);
    CHECK(around.centre == std::vector{0.2, 0.2});
    CHECK(around.lengths == model.length_scales());
    CHECK(around.radius == 3);
}
