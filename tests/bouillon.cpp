// SPDX-License-Identifier: Apache-2.0
#include <bouillon/bouillon.hpp>

// What the backends' headers define; the one header must leave their libraries alone.
#if defined(XTENSOR_VERSION_MAJOR) || defined(THRUST_VERSION)
#    error "bouillon.hpp includes a tensor library"
#endif

#include <doctest/doctest.h>

#include <span>
#include <vector>

TEST_CASE("one header is enough to search with every acquisition and kernel that ships") {
    using namespace bouillon;
    const auto best_of = [](auto search) {
        while (!search.done()) {
            const auto trial = search.suggest();
            search.observe(trial, (trial.point[0] - 0.7) * (trial.point[0] - 0.7));
        }
        return search.recommendation().point[0];
    };
    const interval space;
    const search_options options{.budget = 10};
    CHECK(best_of(bayesian_search(space, options, expected_improvement{}, matern52{})) ==
          doctest::Approx(0.7).epsilon(0.02));
    CHECK(best_of(bayesian_search(space, options, upper_confidence_bound{}, squared_exponential{})) ==
          doctest::Approx(0.7).epsilon(0.02));
    using portfolio = gp_hedge<expected_improvement, log_expected_improvement, probability_of_improvement>;
    CHECK(best_of(bayesian_search(space, options, portfolio{})) == doctest::Approx(0.7).epsilon(0.02));
}
