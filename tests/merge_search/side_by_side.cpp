// SPDX-License-Identifier: Apache-2.0
#include <bouillon/checkpoint/checkpoint_set.hpp>
#include <bouillon/core/temporary_directory.hpp>
#include <bouillon/merge_search/external_evaluator.hpp>
#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/search/journal.hpp>
#include <bouillon/space/simplex.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <vector>

using namespace bouillon;
namespace fs = std::filesystem;

TEST_CASE(
    "a search runs commands side by side, and its journal takes up the trials that were out when it was stopped") {
    const fs::path run = BOUILLON_EXAMPLE_DATA;
    const auto checkpoints = open_checkpoints(std::vector<fs::path>{run / "step-02280", run / "step-02400"});
    const temporary_directory folder;
    const fs::path script = folder.path() / "score.sh", file = folder.path() / "trials.jsonl";
    std::ofstream(script) << "sleep 0.0$2\necho 2.$(cksum < $1/model.safetensors | cut -c1-4)\n";
    const auto make = [&] {
        return journaled_search(bayesian_search(simplex{2}, {.budget = 12}), file, nullptr, journal_mode::resume);
    };
    {
        std::atomic<bool> stop{false};
        auto search = make();
        external_evaluator evaluate(checkpoints, {"sh " + script.string() + " {checkpoint} {slot}"},
                                    {.write = {.stop = &stop}, .slots = 4});
        measured_merges measure(evaluate, &evaluate.monitor());
        std::size_t ended = 0;
        const auto stop_after_five = [&](const trial_event&) { stop = ++ended >= 5; };
        CHECK_THROWS_AS(run_all_trials(evaluate.monitor(), search, measure, stop_after_five), interrupted);
        CHECK(ended < 10);
    }
    auto search = make();
    CHECK(search.resumed() >= 5);
    external_evaluator evaluate(checkpoints, {"sh " + script.string() + " {checkpoint} {slot}"}, {.slots = 4});
    measured_merges measure(evaluate, &evaluate.monitor());
    run_all_trials(evaluate.monitor(), search, measure, [](const trial_event&) {});
    CHECK(search.history().size() == 12);
    for (const auto& one : search.history().records()) CHECK(one.observation.status == trial_status::observed);
}
