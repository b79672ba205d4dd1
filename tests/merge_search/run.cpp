// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/simplex.hpp>

#include "known_landscape.hpp"
#include <doctest/doctest.h>

#include <string>

using namespace bouillon;

TEST_CASE("a merge that cannot be measured is a failed trial and the search goes on") {
    known_landscape landscape;
    bayesian_search search(simplex{3}, options_for(landscape, 20));
    landscape.failing_from = 0.6;
    measured_merges measure(landscape);
    std::size_t failed = 0;
    run_all_trials(search, measure, [&](const trial_event& event) {
        if (event.observation.status != trial_status::failed) return;
        ++failed;
        CHECK(event.losses.empty());
        CHECK(event.observation.reason == "out of memory");
    });
    CHECK(search.history().size() == 20);
    CHECK(failed > 0);
    CHECK(failed < 20);
    const auto found = search.recommendation().merge_weights;
    CHECK(found[0] < 0.6);
}
