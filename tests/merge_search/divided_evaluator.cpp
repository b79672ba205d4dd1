// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/divided_evaluator.hpp>

#include <merge_search/divided_run.hpp>

#include <doctest/doctest.h>

using namespace bouillon;

static_assert(partial_merge_evaluator<divided_evaluator<thread_processes, divided_run::share_evaluator>>);

namespace {

const std::vector<double> first = {0.37, 0.63}, second = {0.5, 0.5};
const std::vector<std::size_t> some = {7, 2, 3};

/// Measures a merge on rank 0, which has to give the losses that it gives alone.
template <class Evaluator>
void check_losses(divided_evaluator<thread_processes, Evaluator>& divided, const divided_run& run) {
    auto alone = run.alone();
    for (const auto& weights : {first, second}) {
        CHECK(divided(weights, document_set::search).losses == alone(weights, document_set::search).losses);
        CHECK(divided(weights, some).losses == alone(weights, some).losses);
    }
    CHECK(divided(first, document_set::test).losses == alone(first, document_set::test).losses);
}

/// Fails in one process.
struct failing_evaluator {
    std::size_t rank;
    detail::document_sets sets = {{{1, 2}, {0, 2}, "documents"}, {}};

    const detail::document_sets& documents() const { return sets; }
    merge_sums sums(std::span<const double>, const held_out_documents&, batch_part part) const {
        if (part.part == rank) throw work_error("the disk is away");
        return {{0}};
    }
    divided_run::scorer scorer() const { return divided_run().make_scorer(); }
};

}  // namespace

TEST_CASE("losses are those of one process, bit for bit, however many measure") {
    const divided_run run;
    for (const std::size_t processes : {1, 2, 3})
        in_processes(processes, [&](const thread_processes& group) {
            divided_evaluator divided(group, run.share(group));
            group.rank() == 0 ? check_losses(divided, run) : divided.serve();
        });
}

TEST_CASE("layers are measured by several processes as by one") {
    const divided_run run;
    in_processes(2, [&](const thread_processes& group) {
        divided_evaluator divided(group, layered_evaluator(run.checkpoints, run.alike, xtensor_backend{},
                                                           run.make_scorer(), run.search, run.test));
        group.rank() == 0 ? check_losses(divided, run) : divided.serve();
    });
}

TEST_CASE("a part that fails is the end, not a failed trial") {
    in_processes(2, [](const thread_processes& group) {
        if (group.rank() == 1) {
            std::vector<std::byte> request;
            return broadcast(group, request);
        }
        divided_evaluator divided(group, failing_evaluator{0});
        CHECK_THROWS_WITH_AS(divided(first, document_set::search), "the disk is away", process_lost);
    });
    divided_evaluator alone(thread_processes(std::make_shared<thread_processes::shared>(1), 0), failing_evaluator{0});
    CHECK_THROWS_AS(alone(first, document_set::search), work_error);
    in_processes(2, [](const thread_processes& group) {
        divided_evaluator divided(group, failing_evaluator{1});
        if (group.rank() == 1) {
            CHECK_THROWS_AS(divided.serve(), work_error);
            collect(group, to_message(merge_sums{{0}}).bytes());  // in place of the end of all
        } else {
            divided(first, document_set::search);
        }
    });
}
