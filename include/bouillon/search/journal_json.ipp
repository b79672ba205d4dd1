// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/compiled.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/search/journal_json.hpp>
#include <bouillon/search/paired.hpp>
#include <bouillon/search/search_options.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace bouillon {

BOUILLON_DEFINITION std::string json_line(const nlohmann::ordered_json& value) {
    return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

BOUILLON_DEFINITION double number_or_nan(const nlohmann::ordered_json& value) {
    return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

namespace detail {

BOUILLON_DEFINITION nlohmann::ordered_json budget_json(std::size_t budget) {
    return budget == no_budget ? nlohmann::ordered_json() : nlohmann::ordered_json(budget);
}

BOUILLON_DEFINITION std::size_t budget_of(const nlohmann::ordered_json& value) {
    if (!value.is_null() && !value.is_number_unsigned()) throw input_error("the budget is " + json_line(value));
    return value.is_null() ? no_budget : value.get<std::size_t>();
}

BOUILLON_DEFINITION std::vector<double> numbers_or_nan(const nlohmann::ordered_json& values) {
    std::vector<double> numbers;
    for (const auto& value : values) numbers.push_back(number_or_nan(value));
    return numbers;
}

BOUILLON_DEFINITION nlohmann::ordered_json estimates_json(const std::vector<loss_estimate>& estimates) {
    nlohmann::ordered_json values = nlohmann::ordered_json::array();
    for (const auto& [mean, variance] : estimates) values.push_back({{"loss", mean}, {"variance", variance}});
    return values;
}

BOUILLON_DEFINITION std::vector<loss_estimate> estimates_of(const nlohmann::ordered_json& values) {
    std::vector<loss_estimate> estimates;
    for (const auto& value : values) estimates.push_back({value.at("loss"), number_or_nan(value.at("variance"))});
    return estimates;
}

BOUILLON_DEFINITION nlohmann::ordered_json parse_event(std::string_view line) {
    auto event = nlohmann::ordered_json::parse(line, nullptr, false);
    if (!event.is_object()) throw input_error("this is not a JSON object");
    return event;
}

}  // namespace detail
}  // namespace bouillon
