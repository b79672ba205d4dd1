// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/ledger.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

using namespace bouillon;

namespace {

trial trial_at(std::size_t ticket, double x) { return {ticket, {x}, {x}, {}}; }

}  // namespace

TEST_CASE("abandoned trials count neither against the budget nor as taken") {
    detail::ledger book({.budget = 2});
    book.suggest(trial_at(0, 0.1));
    book.suggest(trial_at(1, 0.1));  // the same point, repeated
    CHECK(book.remaining() == 0);
    CHECK_THROWS_WITH_AS(book.require_budget(), "budget: all 2 trials have been suggested", input_error);
    CHECK(book.pending() == std::vector{0.1, 0.1});
    book.abandon(trial_at(0, 0.1), "");
    CHECK(book.remaining() == 1);
    CHECK_NOTHROW(book.require_budget());
    CHECK(book.taken() == std::vector<std::vector<double>>{{0.1}});
    CHECK(book.pending() == std::vector{0.1});
}

TEST_CASE("a budget is extended, to none too, and never falls") {
    detail::ledger book({.budget = 1});
    book.suggest(trial_at(0, 0.1));
    book.extend(2);
    CHECK(book.remaining() == 2);
    CHECK(book.options().budget == 3);
    book.extend(no_budget);
    CHECK(book.remaining() == no_budget);
    book.extend(7);
    CHECK(book.remaining() == no_budget);
    CHECK_NOTHROW(book.require_budget());
}

TEST_CASE("what was known is learned from first, and its points are taken") {
    detail::ledger book({});
    book.add_known({0.7}, {.point = {7}, .loss = 3, .variance = 0.5});
    book.suggest(trial_at(0, 0.2));
    book.observe(trial_at(0, 0.2), 4, 0.25);
    const training_data data = book.learned();
    CHECK(data.points == std::vector{0.7, 0.2});
    CHECK(data.scores == std::vector{-3.0, -4.0});
    CHECK(data.variances == std::vector{0.5, 0.25});
    CHECK(book.taken().size() == 2);
}

TEST_CASE("losses of documents are compared with the reference where there is one") {
    const std::vector<double> losses = {3, 5};
    detail::ledger alone({}), paired({.reference_losses = {1, 2}});
    for (auto* book : {&alone, &paired}) {
        book->suggest(trial_at(0, 0.2));
        book->observe_documents(trial_at(0, 0.2), losses);
        CHECK(book->trials()[0].observation.document_losses == losses);
    }
    CHECK(alone.trials()[0].observation.loss == 4);
    CHECK(alone.trials()[0].observation.variance == 1);
    CHECK(paired.trials()[0].observation.loss == 2.5);
    CHECK(paired.trials()[0].observation.variance == 0.25);
}

TEST_CASE("what a guard's surrogate learns from follows from all documents, or is told where some were scored") {
    detail::ledger book({.reference_losses = {1, 2, 1, 1, 5},
                         .domains = {{"web", 2}, {"code", 2, 0}, {"law", 1, 0}},
                         .guards = {{"law", 0.5}, {"code"}}});
    book.add_known({0.7}, {.point = {7}, .loss = 0, .variance = 0});  // the reference itself
    book.add_known({0.8}, {.point = {8}, .loss = 0.5, .variance = 0, .guard_losses = {{1, 0.1}, {2, 0.2}}});
    book.add_known({0.9}, {.point = {9}, .loss = 0.5, .variance = 0});  // of which no guard knows anything
    for (std::size_t i = 0; i < 4; ++i) book.suggest(trial_at(i, 0.1 * static_cast<double>(i)));
    book.observe_documents(trial_at(0, 0), std::vector{3.0, 5.0, 1.5, 2.5, 4.0});
    book.observe(trial_at(1, 0.1), 0.5, 0.1, std::vector{3.0}, std::vector<loss_estimate>{{-1, 0.3}, {4, 0.4}});
    book.fail(trial_at(2, 0.2), "no memory");
    const auto& told = book.trials()[0].observation.guard_losses;
    REQUIRE(told.size() == 2);
    CHECK(told[0].mean == -1);
    CHECK(std::isnan(told[0].variance));
    CHECK(told[1].mean == 1);
    CHECK(told[1].variance == 0.25);
    const training_data law = book.learned_of_guard(0), code = book.learned_of_guard(1);
    CHECK(code.points == std::vector{0.7, 0.8, 0.0, 0.1});
    CHECK(code.scores == std::vector{0.0, -2.0, -1.0, -4.0});
    CHECK(code.variances == std::vector{0.0, 0.2, 0.25, 0.4});
    CHECK(code.successes == 4);
    CHECK(law.scores == std::vector{0.0, -1.0, 1.0, 1.0});
    CHECK_THROWS_WITH_AS(book.observe(trial_at(3, 0.1 * 3), 0.5, 0.1, std::vector{3.0}),
                         "trial 3: it has the losses of 0 guards, but there are 2", input_error);
    book.observe(trial_at(3, 0.1 * 3), NAN, 0.1);
    CHECK(book.trials()[3].observation.status == trial_status::failed);
}

TEST_CASE("options that no search can use are refused at once") {
    CHECK_THROWS_AS(detail::ledger({.smallest_distance = 0}), input_error);
}
