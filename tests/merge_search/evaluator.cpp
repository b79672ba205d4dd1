// SPDX-License-Identifier: Apache-2.0
#include <bouillon/merge_search/evaluator.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

using namespace bouillon;

namespace {

struct measures_both_sets {
    merge_evaluation operator()(std::span<const double>, document_set) { return {}; }
};

struct measures_some_documents : measures_both_sets {
    using measures_both_sets::operator();
    merge_evaluation operator()(std::span<const double>, std::span<const std::size_t>) { return {}; }
};

struct gives_a_loss_only {
    double operator()(std::span<const double>, document_set) { return 0; }
};

struct knows_one_set {
    merge_evaluation operator()(std::span<const double>) { return {}; }
};

static_assert(merge_evaluator<measures_both_sets>);
static_assert(!partial_merge_evaluator<measures_both_sets>);
static_assert(partial_merge_evaluator<measures_some_documents>);
static_assert(!merge_evaluator<gives_a_loss_only>);
static_assert(!merge_evaluator<knows_one_set>);

}  // namespace

TEST_CASE("a lap is the time since the last one") {
    detail::stopwatch from_the_start, watch;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const double slept = watch.lap(), after = watch.lap();
    CHECK(slept >= 0.002);
    CHECK(slept + after <= from_the_start.lap());
}
