// SPDX-License-Identifier: Apache-2.0
#include <bouillon/search/journal_json.hpp>

#include <bouillon/core/error.hpp>
#include <bouillon/search/paired.hpp>
#include <bouillon/search/search_options.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

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

TEST_CASE("a budget reads back, and none as none") {
    for (const std::size_t budget : {std::size_t{0}, std::size_t{20}, no_budget})
        CHECK(detail::budget_of(nlohmann::ordered_json::parse(json_line(detail::budget_json(budget)))) == budget);
    CHECK(detail::budget_json(no_budget).is_null());
    CHECK_THROWS_WITH_AS(detail::budget_of(-3), "the budget is -3", input_error);
    CHECK_THROWS_WITH_AS(detail::budget_of("much"), "the budget is \"much\"", input_error);
}

TEST_CASE("estimates read back, an unknown variance too") {
    const std::vector<loss_estimate> estimates = {{0.1 + 0.2, 1e-9}, {-3, NAN}};
    const auto again =
        detail::estimates_of(nlohmann::ordered_json::parse(json_line(detail::estimates_json(estimates))));
    REQUIRE(again.size() == 2);
    CHECK(again[0].mean == estimates[0].mean);
    CHECK(again[0].variance == estimates[0].variance);
    CHECK(std::isnan(again[1].variance));
}
