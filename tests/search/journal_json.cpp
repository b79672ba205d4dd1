// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/journal_json.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace bouillon;

TEST_CASE("a value is one line, whatever bytes it holds") {
    CHECK(json_line({{"reason", "it said\n\xff"}}) == "{\"reason\":\"it said\\n\xEF\xBF\xBD\"}");
}

TEST_CASE("a number reads back exactly, and one that is not known as NaN") {
    const auto read_back = [](double number) {
        return number_or_nan(nlohmann::ordered_json::parse(json_line(number)));
    };
    CHECK(read_back(0.1 + 0.2) == 0.1 + 0.2);
    CHECK(std::isnan(read_back(NAN)));
}
