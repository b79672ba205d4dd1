// SPDX-License-Identifier: Apache-2.0
#include <bouillon/core/json_problem.hpp>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>

using bouillon::json_problem;

TEST_CASE("a JSON exception says what is wrong without its library's number") {
    try {
        nlohmann::json::object().at("loss");
        FAIL("nothing was thrown");
    } catch (const nlohmann::json::exception& failure) {
        CHECK(std::string(failure.what()).starts_with("[json.exception."));
        CHECK(json_problem(failure) == "key 'loss' not found");
    }
}

TEST_CASE("any other message stays whole") { CHECK(json_problem(std::runtime_error("[a] b")) == "[a] b"); }
