// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/climb_in_steps.hpp>

#include <bouillon/space/box.hpp>
#include <bouillon/space/simplex.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <span>
#include <vector>

using namespace bouillon;

namespace {

constexpr box_coordinate integer{.integer = true};

/// Climbs a hill over unit points that is given with its gradient, where values are maximised.
template <class Hill>
projected_minimum climb(const box& space, const Hill& hill, std::vector<double> start) {
    const auto descend = [&](std::span<const double> point, std::span<double> gradient) {
        const double value = hill(point, gradient);
        for (double& partial : gradient) partial = -partial;
        return -value;
    };
    const auto evaluate = [&](std::span<const double> points, std::span<double> values) {
        const std::size_t d = space.dimension();
        std::vector<double> gradient(d);
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = hill(points.subspan(i * d, d), gradient);
    };
    const auto project = [&](std::span<double> point) { space.project(point); };
    return detail::with_steps_of(space, [&](const detail::steps_of_space& steps) {
        return detail::climb_in_steps(descend, project, steps, start, evaluate, {});
    });
}

/// A ridge that is narrow across the diagonal, where the nearest grid point to its top is far down: top at (a, b).
struct ridge {
    double a, b;

    double operator()(std::span<const double> x, std::span<double> gradient) const {
        const double along = (x[0] - a) + (x[1] - b), across = (x[0] - a) - (x[1] - b);
        gradient[0] = -2 * along - 200 * across;
        gradient[1] = -2 * along + 200 * across;
        return -along * along - 100 * across * across;
    }
};

}  // namespace

TEST_CASE("a climb between steps ends on the space, at a point that no step improves") {
    const box space{{0, 0}, {99, 99}, {integer, integer}};
    const ridge hill{0.437, 0.512};
    std::vector<double> gradient(2);
    const auto found = climb(space, hill, {0.0, 1.0});
    auto projected = found.point;
    space.project(projected);
    CHECK(projected == found.point);
    CHECK(found.value == -hill(found.point, gradient));
    const auto beside = space.neighbours(found.point);
    for (std::size_t i = 0; i < beside.size(); i += 2)
        CHECK(-hill(std::span(beside).subspan(i, 2), gradient) >= found.value);
}

TEST_CASE("where some coordinates go in steps the others are climbed to their end") {
    const box space{{0, 0}, {4, 1}, {integer, {}}};
    const auto found = climb(space, ridge{0.6, 0.3}, {0.0, 0.9});
    CHECK(space.point(found.point)[0] == 2);   // 0.5 is nearer to 0.6 than 0.75
    const double best = 0.3 - 0.1 * 99 / 101;  // where the slope along the second vanishes
    CHECK(found.point[1] == doctest::Approx(best).epsilon(1e-5));
}

TEST_CASE("a space without steps has none") {
    const auto any = [](const detail::steps_of_space& steps) { return steps.any; };
    CHECK(detail::with_steps_of(box{{0, 0}, {4, 1}, {integer, {}}}, any));
    CHECK_FALSE(detail::with_steps_of(box{{0, 0}, {4, 1}}, any));
    CHECK_FALSE(detail::with_steps_of(simplex{3}, any));
}
