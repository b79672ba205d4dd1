// SPDX-License-Identifier: Apache-2.0
#include <bouillon/space/affine.hpp>

#include <bouillon/testing/space.hpp>

#include <check_laws.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <limits>

using namespace bouillon;

namespace {

const affine spaces[] = {{2, -0.5, 1.5}, {3, 0, 1},      {4, -0.5, 1.5},  {8, -0.3, 1.7},
                         {8, 0, 1},      {8, -2, 0.125}, {17, -0.1, 0.4}, {64, -0.5, 1.5}};

void check_in_space(const affine& space, const std::vector<double>& weights) {
    REQUIRE(weights.size() == space.checkpoints);
    const auto sum = static_cast<double>(std::accumulate(weights.begin(), weights.end(), 0.0L) - 1);
    CHECK(std::abs(sum) <= 4 * std::numeric_limits<double>::epsilon());
    for (const double weight : weights) CHECK((weight >= space.lower && weight <= space.upper));
}

std::vector<double> random_vector(std::size_t size, double scale, random_engine& engine) {
    std::vector<double> values(size);
    for (double& value : values) value = scale * normal(engine);
    return values;
}

}  // namespace

TEST_CASE("merge weights of projections and of samples sum to one within the bounds") {
    for (const auto& space : spaces) {
        CAPTURE(space.checkpoints);
        CAPTURE(space.lower);
        random_engine engine = make_engine(space.checkpoints);
        for (int i = 0; i < 30; ++i) {
            auto unit_point = random_vector(space.checkpoints, 1.5, engine);
            space.project(unit_point);
            check_in_space(space, space.point(unit_point));
            check_in_space(space, space.merge_weights(space.point(uniform_sample(space, engine))));
        }
    }
}

TEST_CASE("no point of the space is nearer than the projection") {
    // The conditions of Karush, Kuhn and Tucker: v - u is one number wherever u is off its bounds, at most that number
    // where u is 0 and at least that number where u is 1.
    for (const auto& space : spaces) {
        random_engine engine = make_engine(3);
        for (int i = 0; i < 30; ++i) {
            const auto v = random_vector(space.checkpoints, i % 2 == 0 ? 0.3 : 3, engine);
            auto u = v;
            space.project(u);
            double at_zero = -INFINITY, at_one = INFINITY, least = INFINITY, most = -INFINITY;
            for (std::size_t k = 0; k < u.size(); ++k) {
                const double theta = v[k] - u[k];
                if (u[k] == 0)
                    at_zero = std::max(at_zero, theta);
                else if (u[k] == 1)
                    at_one = std::min(at_one, theta);
                else
                    least = std::min(least, theta), most = std::max(most, theta);
            }
            CHECK(most - least < 1e-12);
            CHECK(at_zero <= std::min(least, at_one) + 1e-12);
            CHECK(at_one >= std::max(most, at_zero) - 1e-12);
        }
    }
}

TEST_CASE("a point of the space is its own projection, and points round-trip") {
    for (const auto& space : spaces) {
        random_engine engine = make_engine(4);
        for (int i = 0; i < 20; ++i) {
            const auto unit_point = uniform_sample(space, engine);
            auto again = unit_point;
            space.project(again);
            const auto back = space.unit_point(space.point(unit_point));
            for (std::size_t k = 0; k < again.size(); ++k) {
                CHECK(std::abs(again[k] - unit_point[k]) < 1e-14);
                CHECK(std::abs(back[k] - unit_point[k]) < 1e-13);
            }
        }
    }
}

TEST_CASE("bounds and zeros are reached exactly") {
    const affine space{3};
    std::vector<double> unit_point = {3.0, -2.0, 0.1};
    space.project(unit_point);
    CHECK(unit_point[0] == 1);
    CHECK(unit_point[1] == 0);
    CHECK(space.point(unit_point) == std::vector{1.5, -0.5, 0.0});
    CHECK(space.point(space.unit_point(std::vector{0.0, 0.0, 1.0})) == std::vector{0.0, 0.0, 1.0});
    const affine uneven{4, -0.3, 1.7};
    CHECK(uneven.point(uneven.unit_point(std::vector{0.0, 0.25, 0.0, 0.75})) == std::vector{0.0, 0.25, 0.0, 0.75});
}

TEST_CASE("between 0 and 1 the space is the simplex") {
    const affine space{6, 0, 1};
    const simplex same{6};
    random_engine engine = make_engine(5);
    for (int i = 0; i < 50; ++i) {
        std::vector<double> cube_point(5);
        for (double& u : cube_point) u = uniform(engine);
        const auto mapped = space.from_cube(cube_point), expected = same.from_cube(cube_point);
        auto projected = random_vector(6, 1, engine), expected_projection = projected;
        space.project(projected);
        same.project(expected_projection);
        for (std::size_t k = 0; k < 6; ++k) {
            CHECK(std::abs(mapped[k] - expected[k]) < 1e-12);
            CHECK(std::abs(projected[k] - expected_projection[k]) < 1e-14);
        }
    }
}

TEST_CASE("samples are uniform: they are distributed as uniform points of the box that fall onto the plane") {
    // Four weights: the first three of a uniform point are uniform in the part of the box where the fourth is allowed.
    const affine space{4};
    random_engine engine = make_engine(6);
    const std::size_t n = 4000;
    std::vector<std::vector<double>> mapped(n), accepted;
    for (auto& point : mapped) point = uniform_sample(space, engine);
    while (accepted.size() < n) {
        std::vector<double> u = {uniform(engine), uniform(engine), uniform(engine), 1.5};
        for (std::size_t k = 0; k < 3; ++k) u[3] -= u[k];
        if (u[3] >= 0 && u[3] <= 1) accepted.push_back(u);
    }
    const auto gap = [&](auto statistic) {  // Kolmogorov and Smirnov's, of two samples
        std::vector<double> a, b;
        for (std::size_t i = 0; i < n; ++i) a.push_back(statistic(mapped[i])), b.push_back(statistic(accepted[i]));
        std::ranges::sort(a);
        std::ranges::sort(b);
        double largest = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const auto below = std::ranges::lower_bound(b, a[i]) - b.begin();
            largest = std::max(largest, std::abs(static_cast<double>(i) - static_cast<double>(below)) / n);
        }
        return largest;
    };
    const double critical = 1.63 * std::sqrt(2.0 / n);  // 1 %
    for (std::size_t k = 0; k < 4; ++k) CHECK(gap([k](const auto& u) { return u[k]; }) < critical);
    CHECK(gap([](const auto& u) { return u[0] * u[3]; }) < critical);
    CHECK(gap([](const auto& u) { return std::max({u[0], u[1], u[2], u[3]}); }) < critical);
}

TEST_CASE("the design tries the averages, a step past the newer checkpoints and then points far apart") {
    const affine space{4};
    random_engine engine = make_engine(1);
    const auto design = space.initial_design(10, engine);
    REQUIRE(design.size() == 10);
    std::vector<std::vector<double>> merges;
    for (const auto& unit_point : design) merges.push_back(space.point(unit_point));
    CHECK(merges[0] == std::vector{0.25, 0.25, 0.25, 0.25});
    CHECK(merges[1] == std::vector{0.0, 0.0, 0.0, 1.0});
    CHECK(merges[2] == std::vector{-0.125, -0.125, 0.625, 0.625});
    CHECK(merges[3] == std::vector{0.0, 0.0, -0.25, 1.25});
    CHECK(merges[4] == std::vector{0.0, 0.0, 0.5, 0.5});
    for (std::size_t i = 0; i < design.size(); ++i) {
        check_in_space(space, merges[i]);
        for (std::size_t j = 0; j < i; ++j) CHECK(distance(design[i], design[j]) > 0.05);
    }
    CHECK(space.initial_design(2, engine).size() == 2);
    CHECK(affine{2}.initial_design(6, engine).size() == 6);
    CHECK(affine{1}.initial_design(2, engine).size() == 2);
}

TEST_CASE("bounds that allow no merge are refused with both values") {
    CHECK_NOTHROW(affine{}.check());
    CHECK_NOTHROW((affine{4, 0.25, 1}.check()));
    CHECK_THROWS_WITH_AS((affine{4, 0.3, 1}.check()), "affine: no 4 merge weights between 0.3 and 1 sum to 1",
                         input_error);
    CHECK_THROWS_AS((affine{4, -1, 0.2}.check()), input_error);
    CHECK_THROWS_WITH_AS((affine{4, 1, 0.5}.check()), "affine: the bounds 1 and 0.5 are not in order", input_error);
    CHECK_THROWS_AS((affine{0, 0, 1}.check()), input_error);
    CHECK_THROWS_AS((affine{3, NAN, 1}.check()), input_error);
}

TEST_CASE("an affine merge on a bound that was given names it, and weights of 0 are none") {
    const affine space{.checkpoints = 3, .lower = -0.5, .upper = 1.5};
    CHECK(space.reached_bounds(std::vector{0.0, 0.0, 1.0}).empty());
    const auto both = space.reached_bounds(std::vector{-0.5, 0.0, 1.5});
    REQUIRE(both.size() == 2);
    CHECK(both[0].name == "lower");
    CHECK(both[1].value == 1.5);
}

TEST_CASE("affine spaces keep the laws of a space, and of averages") {
    for (const auto& space : spaces) {
        check_laws(space_violations(space));
        check_laws(average_violations(space, space.checkpoints));
    }
}
