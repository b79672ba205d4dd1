// SPDX-License-Identifier: Apache-2.0
#include <bouillon/compare/comparison_json.hpp>

#include "made_comparison.hpp"
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using namespace bouillon;

TEST_CASE("a comparison as JSON lines has its environment and all runs and tests") {
    comparison made = made_comparison();
    made.runs[1].failure = "out of ideas";
    const std::string text = to_json_lines(made);
    std::vector<nlohmann::json> lines;
    for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
        lines.push_back(nlohmann::json::parse(text.substr(begin, end - begin)));
    REQUIRE(lines.size() == 1 + 48 + 4);
    CHECK(lines[0]["event"] == "comparison");
    CHECK(lines[0]["environment"]["compiler"] == "g++ 12.2.0");
    CHECK(lines[0]["environment"]["cpus"] == 4);
    CHECK(lines[0]["seeds"].size() == 8);
    CHECK(lines[1]["event"] == "run");
    CHECK(lines[1]["losses"] == std::vector{11.0, 6.0, 3.0, 2.1});
    CHECK(lines[1]["outcome"] == doctest::Approx(1.1));
    CHECK_FALSE(lines[1].contains("failure"));
    CHECK(lines[2]["failure"] == "out of ideas");
    CHECK(lines[2]["outcome"].is_null());
    CHECK(lines[25]["minimum"].is_null());
    CHECK(lines[49]["event"] == "test");
    CHECK(lines[49]["against"] == "base");
    CHECK(lines[49]["variant"] == "better");
}
