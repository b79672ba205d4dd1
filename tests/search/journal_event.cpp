// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/journal_event.hpp>

#include <bouillon/search/bayesian_search.hpp>
#include <bouillon/space/box.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

namespace {

nlohmann::ordered_json parse(const char* text) { return nlohmann::ordered_json::parse(text); }

}  // namespace

TEST_CASE("a search that lives through the events of a journal knows its trials") {
    bayesian_search<box> search(box{{0}, {1}}, {.budget = 6});
    CHECK_FALSE(
        replay_event(search, parse(R"({"event":"suggest","ticket":0,"unit_point":[0.1875],"point":[0.1875],)"
                                   R"("merge_weights":[]})")));  // not what it would have suggested, but it stands
    CHECK(replay_event(search, parse(R"({"event":"observe","ticket":0,"loss":2,"variance":null,"losses":[1,3]})")));
    CHECK(replay_event(search, parse(R"({"event":"repeat","ticket":1,"of":0})")));
    CHECK(replay_event(search, parse(R"({"event":"fail","ticket":1,"reason":"no memory"})")));
    CHECK(replay_event(search, parse(R"({"event":"result","decision":"merge"})")));
    CHECK(replay_event(search, parse(R"({"event":"measured","merge_weights":[1],"search":[2]})")));
    CHECK(replay_event(search, parse(R"({"event":"budget","budget":9})")));
    CHECK(search.options().budget == 9);
    CHECK(replay_event(search, parse(R"({"event":"budget","budget":null})")));
    CHECK(search.options().budget == no_budget);
    REQUIRE(search.history().size() == 2);
    CHECK(search.history()[0].observation.loss == 2);
    CHECK(std::isnan(search.history()[0].observation.variance));
    CHECK(search.history()[0].observation.document_losses == std::vector{1.0, 3.0});
    CHECK(search.history()[1].trial.unit_point == std::vector{0.1875});
    CHECK(search.history()[1].observation.reason == "no memory");
}

TEST_CASE("an event that no search has is refused") {
    bayesian_search<box> search(box{{0}, {1}}, {.budget = 6});
    CHECK_THROWS_WITH_AS(replay_event(search, parse(R"({"event":"dance"})")), "the event is \"dance\"", input_error);
    CHECK_THROWS_AS(replay_event(search, parse(R"({"event":"fail","ticket":0,"reason":""})")), input_error);
    CHECK_THROWS_WITH_AS(replay_event(search, parse(R"({"event":"budget","budget":5})")),
                         "the budget shrinks from 6 to 5", input_error);
    CHECK_THROWS_AS(replay_event(search, parse(R"({"ticket":0})")), nlohmann::json::exception);
}
