// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search.hpp>

#if defined(NLOHMANN_JSON_VERSION_MAJOR) || defined(XXH_VERSION_NUMBER) || defined(XTENSOR_VERSION_MAJOR)
#    error "search.hpp includes a library that a search does not need"
#endif

#include <doctest/doctest.h>

using namespace bouillon;

TEST_CASE("the search arm's header is enough to search, to stop and to name every space") {
    bayesian_search search(box{.lower = {0}, .upper = {1}}, {.budget = 10});
    const auto stop = when_any(no_improvement{8}, regret_below{1e-9});
    while (!search.done() && !stop(search)) {
        const auto trial = search.suggest();
        search.observe(trial, (trial.point[0] - 0.7) * (trial.point[0] - 0.7), 0);
    }
    CHECK(search.recommendation().point[0] == doctest::Approx(0.7).epsilon(0.02));
    CHECK(interval{}.name() + simplex{}.name() + affine{}.name() + schedule{}.name() + group_scaling{}.name() ==
          "intervalsimplexaffineschedulegroup_scaling");
}
