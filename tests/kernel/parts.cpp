// SPDX-License-Identifier: Apache-2.0
#include <bouillon/kernel/parts.hpp>

#include <bouillon/kernel/matern52.hpp>
#include <bouillon/kernel/quadratic.hpp>

#include <doctest/doctest.h>

#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

using namespace bouillon;

namespace {

struct plain {
    std::size_t hyper_parameters(std::size_t dimension) const { return 2 * dimension; }
    double operator()(std::span<const double>, std::span<const double>, std::span<const double>) const { return 1; }
};

}  // namespace

TEST_CASE("parts have their hyper-parameters one after the other, with room between") {
    const std::tuple parts(ard<matern52>{}, plain{}, quadratic{});
    std::vector<std::pair<std::size_t, std::size_t>> visited;
    detail::visit_parts(parts, 3, 1,
                        [&](const auto&, std::size_t first, std::size_t count) { visited.emplace_back(first, count); });
    CHECK(visited == std::vector<std::pair<std::size_t, std::size_t>>{{0, 3}, {4, 6}, {11, 1}});
}

TEST_CASE("a kernel without priors has the ones that any hyper-parameter has") {
    CHECK(detail::prior_of(plain{}, 2).size() == 4);
    CHECK(detail::prior_of(plain{}, 2)[0].mean == 0);
    CHECK(detail::prior_of(quadratic{}, 2)[0].deviation == 1);
}

TEST_CASE("a part is a covariance") {
    static_assert(std::is_same_v<detail::covariance_of<matern52>, ard<matern52>>);
    static_assert(std::is_same_v<detail::covariance_of<plain>, plain>);
}
