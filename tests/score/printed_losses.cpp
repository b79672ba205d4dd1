// SPDX-License-Identifier: Apache-2.0
#include <bouillon/score/printed_losses.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace bouillon;

TEST_CASE("the last line that is not blank is a number, an array or an object with losses") {
    CHECK(parse_printed_losses("loading\n\n 2.5 \n\n") == std::vector{2.5});
    CHECK(parse_printed_losses("-1e-3") == std::vector{-1e-3});
    CHECK(parse_printed_losses("7\n[1, 2.5, -3e1]\r\n") == std::vector{1.0, 2.5, -30.0});
    CHECK(parse_printed_losses(R"({"checkpoint": "a", "losses": [0.1, 2], "loss": 1})") == std::vector{0.1, 2.0});
}

TEST_CASE("what is no losses is named in the error") {
    const auto refused = [](const std::string& printed, const std::string& message) {
        CHECK_THROWS_WITH_AS(parse_printed_losses(printed), message.c_str(), work_error);
    };
    refused(" \n\t\n", "printed nothing");
    refused("loss 2", "printed 'loss 2', not one finite number");
    refused("nan", "printed 'nan', not one finite number");
    refused("1e999", "printed '1e999', not one finite number");
    refused("[1, 2", "printed '[1, 2', which is no JSON");
    refused("{\"loss\": 2}", "printed '{\"loss\": 2}', which has no \"losses\"");
    refused("[]", "printed '[]', whose losses are no array of one number or more");
    refused("{\"losses\": 3}", "printed '{\"losses\": 3}', whose losses are no array of one number or more");
    refused("[1, null]", "printed the loss 'null' of document 1, not one finite number");
    refused("[1, NaN]", "printed '[1, NaN]', which is no JSON");
    refused(std::string(300, 'x'), "printed '" + std::string(200, 'x') + "...', not one finite number");
}

TEST_CASE("losses of several sets are told by name, in the names' order, and every answer must have the same") {
    printed_sets sets;
    CHECK(parse_printed_losses(R"({"losses": {"web": [1, 2], "code": 3}})", &sets) == std::vector{3.0, 1.0, 2.0});
    CHECK(sets.sets() == std::vector<printed_set>{{"code", 1}, {"web", 2}});
    CHECK(parse_printed_losses(R"({"losses": {"code": [4], "web": [5, 6]}})", &sets) == std::vector{4.0, 5.0, 6.0});
    CHECK(parse_printed_losses("[7]", &sets) == std::vector{7.0});  // of a document that was asked for
    CHECK(parse_printed_losses(R"({"losses": {"web": [1, 2]}})") == std::vector{1.0, 2.0});
    const auto refused = [&](const std::string& printed, const std::string& message) {
        CHECK_THROWS_WITH_AS(parse_printed_losses(printed, &sets), message.c_str(), work_error);
    };
    refused(R"({"losses": {"web": [1, 2]}})", "printed losses of the sets web (2), but of code (1), web (2) at first");
    refused(R"({"losses": {"web": [1], "code": [3]}})",
            "printed losses of the sets code (1), web (1), but of code (1), web (2) at first");
    refused(R"({"losses": {"web": [1, 2], "code": []}})", "printed no loss of the set 'code'");
    refused(R"({"losses": {"web": [1, 2], "code": "low"}})",
            "printed the loss '\"low\"' of document 0, not one finite number");
    refused(R"({"losses": {}})", R"(printed '{"losses": {}}', whose losses are no array of one number or more)");
}
