// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/group_evaluators.hpp>

#include <merge_search/divided_run.hpp>

#include <doctest/doctest.h>

#include <thread>

using namespace bouillon;

static_assert(partial_merge_evaluator<group_evaluator<thread_processes, divided_run::share_evaluator>>);

TEST_CASE("groups of processes measure merges at once, each as one process would") {
    const divided_run run;
    const std::vector<std::vector<double>> merges = {{0.37, 0.63}, {0.5, 0.5}, {0.1, 0.9}};
    const std::vector<std::size_t> some = {5, 1};
    for (const std::size_t each : {1, 2})
        in_processes(3 * each, [&](const thread_processes& world) {
            const auto group = group_of_processes(world, each);
            CHECK(group.size() == each);
            auto groups = evaluators_of_groups(world, group, run.share(group));
            REQUIRE(groups.size() == (world.rank() == 0 ? 3 : 0));
            std::vector<merge_evaluation> all(groups.size()), parts(groups.size());
            {
                std::vector<std::jthread> threads;
                for (std::size_t g = 0; g < groups.size(); ++g)
                    threads.emplace_back([&, g] {
                        all[g] = groups[g](merges[g], document_set::test);
                        parts[g] = groups[g](merges[g], some);
                    });
            }
            for (std::size_t g = 0; g < groups.size(); ++g) {
                auto alone = run.alone();
                CHECK(all[g].losses == alone(merges[g], document_set::test).losses);
                CHECK(parts[g].losses == alone(merges[g], some).losses);
            }
        });
}

TEST_CASE("groups that would leave processes over are refused") {
    in_processes(3, [](const thread_processes& world) {
        CHECK_THROWS_WITH_AS(group_of_processes(world, 2), "3 processes cannot be parted into groups of 2",
                             input_error);
        CHECK_THROWS_AS(group_of_processes(world, 0), input_error);
    });
}
