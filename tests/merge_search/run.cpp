// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/simplex.hpp>

#include "known_landscape.hpp"
#include <doctest/doctest.h>

#include <span>
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

TEST_CASE("a search ends where its device is lost, and the trial has not failed") {
    struct losing_device {
        known_landscape landscape = {};

        merge_evaluation operator()(std::span<const double> merge_weights, document_set set) {
            if (landscape.calls == 4) throw device_lost("the device is gone");
            return landscape(merge_weights, set);
        }
    } device;
    bayesian_search search(simplex{3}, options_for(device.landscape, 20));
    measured_merges measure(device);
    std::size_t events = 0;
    CHECK_THROWS_WITH_AS(run_all_trials(search, measure, [&](const trial_event&) { ++events; }), "the device is gone",
                         device_lost);
    CHECK(events == 3);
}

TEST_CASE("the merges of a resumed search's trials are not measured again") {
    known_landscape landscape;
    bayesian_search search(simplex{3}, options_for(landscape, 5));
    landscape.failing_from = 0.6;
    measured_merges measure(landscape);
    run_all_trials(search, measure, [](const trial_event&) {});

    known_landscape other;
    measured_merges again(other);
    again(std::vector{0.0, 0.0, 1.0}, document_set::search);
    remember_trials(search.history(), again);
    for (const auto& [suggested, observed] : search.history().records()) {
        const bool known = observed.status == trial_status::observed;
        CHECK(again.knows(suggested.merge_weights) == known);
        if (known) CHECK(again(suggested.merge_weights, document_set::search).losses == observed.document_losses);
    }
    CHECK(other.calls == 1);
}

TEST_CASE("trials of one loss each are remembered too") {
    const auto one_loss = [calls = 0](std::span<const double> w, document_set) mutable {
        return merge_evaluation{{w[0] + ++calls}};
    };
    bayesian_search search(simplex{2}, {.budget = 3});
    auto evaluate = one_loss;
    measured_merges measure(evaluate);
    run_all_trials(search, measure, [](const trial_event&) {});
    auto silent = one_loss;
    measured_merges again(silent);
    again(std::vector{0.125, 0.875}, document_set::search);
    remember_trials(search.history(), again);
    for (const auto& [suggested, observed] : search.history().records())
        CHECK(again(suggested.merge_weights, document_set::search).losses == std::vector{observed.loss});
}
