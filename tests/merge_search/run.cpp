// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/simplex.hpp>

#include "known_landscape.hpp"
#include "partial_landscape.hpp"
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <concepts>
#include <span>
#include <string>
#include <thread>

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

namespace {

/// A landscape whose measurements take their time, side by side: each until as many were out at once as there are
/// slots, or for 10 seconds where that never happens.
template <class Landscape>
struct waiting_landscape {
    Landscape landscape = {};
    monitor side_by_side;
    std::atomic<int> out{0}, most_out{0};
    std::size_t fails = 0;  // the call that ends in `failure`, from 1 on
    std::size_t calls = 0;

    explicit waiting_landscape(std::size_t slots) : side_by_side(slots) {}

    template <class Documents>
    requires std::invocable < Landscape&, std::span<const double>,
    const Documents& > merge_evaluation operator()(std::span<const double> w, const Documents& documents) {
        const std::size_t call = ++calls;
        side_by_side.wait([&] {
            const int now = ++out;
            for (int most = most_out; most < now && !most_out.compare_exchange_weak(most, now);) {
            }
            for (int waited = 0; waited < 10000 && most_out < int(side_by_side.threads()); ++waited)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            std::this_thread::sleep_for(std::chrono::milliseconds(1 + call % 5));
            --out;
            if (call == fails) throw device_lost("the device is gone");
        });
        return landscape(w, documents);
    }
};

}  // namespace

TEST_CASE("trials run side by side, as many as there are slots and as many as the budget") {
    waiting_landscape<known_landscape> landscape(4);
    bayesian_search search(simplex{3}, options_for(landscape.landscape, 30));
    landscape.landscape.failing_from = 0.6;
    measured_merges measure(landscape, &landscape.side_by_side);
    std::size_t ended = 0, failed = 0;
    run_all_trials(landscape.side_by_side, search, measure, [&](const trial_event& event) {
        ++ended;
        failed += event.observation.status == trial_status::failed;
    });
    CHECK(landscape.most_out == 4);
    CHECK(ended == 30);
    CHECK(failed > 0);
    CHECK(search.history().size() == 30);
    for (const auto& one : search.history().records()) CHECK(one.observation.status != trial_status::pending);
    CHECK(search.recommendation().merge_weights[0] < 0.6);
}

TEST_CASE("trials that race run side by side and come to what they come to one after another") {
    waiting_landscape<partial_landscape> landscape(3);
    const std::vector<double> newest = {0, 0, 1};
    search_options options;
    options.budget = 25;
    options.reference_losses = landscape.landscape(newest, document_set::search).losses;
    bayesian_search search(simplex{3}, options);
    measured_merges measure(landscape, &landscape.side_by_side);
    measure(newest, document_set::search);
    document_race race(newest, options.reference_losses);
    run_all_trials(landscape.side_by_side, search, measure, race, [](const trial_event&) {});
    CHECK(landscape.most_out == 3);
    const auto loss = [&](const std::vector<double>& w) {
        return mean_loss(landscape.landscape(w, document_set::search).losses).mean;
    };
    const double least = loss({0.5, 0.3, 0.2});
    CHECK(loss(search.recommendation().merge_weights) < least + 0.1 * (loss(newest) - least));
}

TEST_CASE("the end of one thread ends all, and the trials that are out stay so") {
    waiting_landscape<known_landscape> landscape(3);
    bayesian_search search(simplex{3}, options_for(landscape.landscape, 30));
    measured_merges measure(landscape, &landscape.side_by_side);
    landscape.fails = 10;
    CHECK_THROWS_AS(run_all_trials(landscape.side_by_side, search, measure, [](const trial_event&) {}), device_lost);
    std::size_t pending = 0;
    for (const auto& one : search.history().records()) pending += one.observation.status == trial_status::pending;
    CHECK(pending >= 1);
    CHECK(search.history().size() < 14);
}
