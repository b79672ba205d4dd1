// SPDX-License-Identifier: Apache-2.0
#include <bouillon/space/schedule.hpp>
#include <bouillon/core/schedule_weights.hpp>
#include <bouillon/testing/space.hpp>

#include <check_laws.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numeric>
#include <string>
#include <vector>

using namespace bouillon;

namespace {

std::vector<double> weights(std::size_t checkpoints, double window, double spacing, double shape, double step) {
    return schedule{checkpoints, 2}.merge_weights(std::vector{window, spacing, shape, step});
}

void check_equal(const std::vector<double>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-12));
}

/// Where a merge's centre lies, counted in checkpoints from the oldest.
double centre(const std::vector<double>& merge_weights) {
    double sum = 0;
    for (std::size_t k = 0; k < merge_weights.size(); ++k) sum += static_cast<double>(k) * merge_weights[k];
    return sum;
}

}  // namespace

TEST_CASE("a schedule's named points are the merges that practice knows") {
    check_equal(weights(4, 4, 1, 1, 0), uniform_weights(4));
    check_equal(weights(5, 2, 1, 1, 0), {0, 0, 0, 0.5, 0.5});
    check_equal(weights(5, 1, 1, 0.3, 0.4), {0, 0, 0, 0, 1});
    check_equal(weights(6, 6, 1, 0.5, 0), decay_weights(6, minus_sqrt_decay{}));
    check_equal(weights(5, 3, 2, 1, 0), {1.0 / 3, 0, 1.0 / 3, 0, 1.0 / 3});
    check_equal(weights(6, 5, 2, 1, 0), {0, 1.0 / 3, 0, 1.0 / 3, 0, 1.0 / 3});  // a window of 5 has only 3
    check_equal(weights(4, 2.5, 1, 1, 0), {0, 0.2, 0.4, 0.4});
}

TEST_CASE("a step moves a merge's centre by that many windows, whatever its shape") {
    for (const double shape : {0.25, 1.0, 3.0}) {
        const double moved = centre(weights(8, 8, 1, shape, 0.25)) - centre(weights(8, 8, 1, shape, 0));
        CHECK(moved == doctest::Approx(0.25 * 8));
    }
    check_equal(weights(2, 2, 1, 1, 0.5), {-0.5, 1.5});
}

TEST_CASE("a schedule's merge weights sum to one everywhere, and are not negative without a step") {
    auto engine = make_engine(3);
    for (const std::size_t checkpoints : {2, 3, 8, 41}) {
        const schedule space{checkpoints, 0.5};
        for (int i = 0; i < 200; ++i) {
            auto point = space.point(uniform_sample(space, engine));
            const auto moved = space.merge_weights(point);
            CHECK(std::accumulate(moved.begin(), moved.end(), 0.0) == doctest::Approx(1).epsilon(1e-12));
            point[3] = 0;
            for (const double w : space.merge_weights(point)) CHECK(w >= -1e-15);
        }
    }
}

TEST_CASE("a schedule begins with merges that differ") {
    auto engine = make_engine(5);
    for (const std::size_t checkpoints : {2, 3, 8}) {
        const schedule space{checkpoints, 0.5};
        const auto design = space.initial_design(9, engine);
        REQUIRE(design.size() == 9);
        check_equal(space.merge_weights(space.point(design[0])), uniform_weights(checkpoints));
        for (std::size_t i = 1; i < design.size(); ++i)
            CHECK(nearest_distance(design[i], {design.begin(), design.begin() + static_cast<std::ptrdiff_t>(i)}) >
                  1e-9);
    }
}

TEST_CASE("a schedule of one checkpoint, and one that cannot step, are refused") {
    CHECK_THROWS_WITH_AS(schedule{1}.check(), "schedule: the number of checkpoints is 1, but it must be 2 or more",
                         input_error);
    CHECK_THROWS_AS((schedule{4, 0}.check()), input_error);
    CHECK_NOTHROW(schedule{2}.check());
}

TEST_CASE("a schedule has one unit point for each merge") {
    const schedule space{8, 0.5};
    const auto projected = [&](const std::vector<double>& point) {
        std::vector<double> unit_point = space.unit_point(point);
        return space.point(unit_point);
    };
    check_equal(projected({1, 3, 0.5, 0.2}), {1, 1, 1, 0});  // the newest checkpoint
    check_equal(projected({5, 1.4, 2, 0.1}), {5, 1, 2, 0.1});
    check_equal(projected({8, 2, 1, 0}), {4, 2, 1, 0});  // every second one leaves 4
    check_equal(projected({8, 4, 1, 0}), {2, 4, 1, 0});
    auto engine = make_engine(6);
    for (int i = 0; i < 500; ++i) {
        std::vector<double> unit_point(4);
        for (double& u : unit_point) u = 1.2 * uniform(engine) - 0.1;
        auto inside = unit_point;
        for (double& u : inside) u = std::clamp(u, 0.0, 1.0);
        space.project(unit_point);
        check_equal(space.merge_weights(space.point(unit_point)), space.merge_weights(space.point(inside)));
        auto again = unit_point;
        space.project(again);
        check_equal(again, unit_point);
    }
}

TEST_CASE("even points of the cube meet each spacing alike, and windows evenly up to what it leaves") {
    const schedule space{8, 0.5};
    auto engine = make_engine(7);
    std::vector<double> count(5, 0.0), window(5, 0.0);  // by spacing
    for (int i = 0; i < 4000; ++i) {
        const auto point = space.point(uniform_sample(space, engine));
        const auto spacing = static_cast<std::size_t>(std::lround(point[1]));
        count[spacing] += 1;
        window[spacing] += point[0];
    }
    for (std::size_t spacing = 1; spacing <= 4; ++spacing) {
        CHECK(count[spacing] == doctest::Approx(1000).epsilon(0.1));
        const auto longest = static_cast<double>((8 - 1) / spacing + 1);
        CHECK(window[spacing] / count[spacing] == doctest::Approx((1 + longest) / 2).epsilon(0.05));
    }
}

TEST_CASE("a schedule's bounds are its step, all checkpoints and the shapes' ends") {
    const schedule space{.checkpoints = 8, .largest_step = 0.5};
    const auto reached = [&](std::initializer_list<double> point) {
        std::vector<std::string> names;
        for (const auto& bound : space.reached_bounds(std::vector<double>(point))) names.push_back(bound.name);
        return names;
    };
    using names = std::vector<std::string>;
    CHECK(reached({6, 1, 1, 0.4}).empty());
    CHECK(reached({6, 1, 1, 0.5}) == names{"largest_step"});
    CHECK(reached({8, 1, 1, 0}) == names{"window"});
    CHECK(reached({4, 2, 1, 0}) == names{"window"});  // all that the spacing leaves
    CHECK(reached({6, 1, 4, 0}) == names{"shape"});
    CHECK(reached({6, 1, 0.25, 0.5}) == names{"shape", "largest_step"});
    CHECK(reached({1, 1, 1, 0}).empty());
}

TEST_CASE("schedules keep the laws of a space, and of averages") {
    for (const std::size_t checkpoints : {2, 3, 8, 41}) {
        const schedule space{checkpoints, 0.5};
        check_laws(space_violations(space));
        check_laws(average_violations(space, checkpoints));
    }
}
