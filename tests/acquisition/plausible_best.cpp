// SPDX-License-Identifier: Apache-2.0
#include <bouillon/acquisition/plausible_best.hpp>

#include "prepared_test.hpp"
#include <doctest/doctest.h>

using namespace bouillon;

namespace {

/// How often each of the data's points is the best of a joint draw.
std::vector<std::size_t> wins(const gaussian_process<>& surrogate, std::size_t draws) {
    const std::size_t n = surrogate.size();
    auto engine = make_engine(5);
    std::vector<double> normals(n * draws);
    for (double& number : normals) number = normal(engine);
    const auto drawn = draw_jointly(surrogate, surrogate.data().points, normals);
    std::vector<std::size_t> count(n);
    for (std::size_t s = 0; s < draws; ++s) {
        std::size_t best = 0;
        for (std::size_t i = 1; i < n; ++i)
            if (drawn.values[i * draws + s] > drawn.values[best * draws + s]) best = i;
        ++count[best];
    }
    return count;
}

bool contains(const std::vector<double>& points, std::span<const double> point) {
    for (std::size_t i = 0; i < points.size(); i += point.size())
        if (std::ranges::equal(std::span(points).subspan(i, point.size()), point)) return true;
    return false;
}

}  // namespace

TEST_CASE("every point that may be the best stays in the baseline, and most others leave it") {
    const auto surrogate = surrogate_of(60, 2, 0.2);
    const auto baseline = plausible_best(surrogate, surrogate.data().points, {});
    CHECK(baseline.size() / 2 < 30);
    const auto count = wins(surrogate, 4000);
    for (std::size_t i = 0; i < 60; ++i)
        if (count[i] > 8) CHECK(contains(baseline, std::span(surrogate.data().points).subspan(2 * i, 2)));
    const auto likeliest = static_cast<std::size_t>(std::max_element(count.begin(), count.end()) - count.begin());
    CHECK(contains({baseline.begin(), baseline.begin() + 6},
                   std::span(surrogate.data().points).subspan(2 * likeliest, 2)));
}

TEST_CASE("without noise the baseline is the best point alone") {
    const auto surrogate = surrogate_of(30, 2, 0);
    CHECK(plausible_best(surrogate, surrogate.data().points, {}).size() == 2);
}

TEST_CASE("pending points are always in the baseline, first, and before any data alone") {
    const std::vector<double> pending = {0.01, 0.02, 0.5, 0.4};
    const auto surrogate = surrogate_of(30, 2, 0.1);
    const auto baseline = plausible_best(surrogate, surrogate.data().points, pending);
    CHECK(std::vector<double>(baseline.begin(), baseline.begin() + 4) == pending);
    CHECK(baseline.size() > 4);
    CHECK(plausible_best(gaussian_process<>(2), {}, pending) == pending);
    CHECK(plausible_best(gaussian_process<>(2), {}, {}).empty());
}
