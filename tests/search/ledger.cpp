// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/ledger.hpp>

#include <doctest/doctest.h>

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

TEST_CASE("options that no search can use are refused at once") {
    CHECK_THROWS_AS(detail::ledger({.smallest_distance = 0}), input_error);
}
