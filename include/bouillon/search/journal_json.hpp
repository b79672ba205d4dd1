// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/json_problem.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/paired.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bouillon {

/// A JSON value as a line of a journal. Bytes that are no UTF-8, which a reason or a path can hold, become U+FFFD.
std::string json_line(const nlohmann::ordered_json& value);

/// A number as a journal has it, where null stands for one that is not known: NaN.
double number_or_nan(const nlohmann::ordered_json& value);

namespace detail {

/// A budget as a journal has it: null where there is none.
nlohmann::ordered_json budget_json(std::size_t budget);

/// The budget that a journal has.
/// @throws input_error where it is none
std::size_t budget_of(const nlohmann::ordered_json& value);

/// Numbers, each as above.
std::vector<double> numbers_or_nan(const nlohmann::ordered_json& values);

/// Estimates of losses as a journal has them: objects of a loss and its variance, which is null where it is not known.
nlohmann::ordered_json estimates_json(const std::vector<loss_estimate>& estimates);

/// The estimates that a journal has.
std::vector<loss_estimate> estimates_of(const nlohmann::ordered_json& values);

/// One event of a journal.
/// @throws input_error where the line is no JSON object
nlohmann::ordered_json parse_event(std::string_view line);

/// Calls `use`, and names the line in what it throws.
/// @param journal how messages begin
/// @param number of the line, counted from 1
/// @param use reads the line
/// @throws input_error where `use` throws one, or the JSON library's exception
template <class Use>
void use_line(const std::string& journal, std::size_t number, const Use& use) {
    const auto refuse = [&](const std::string& what) {
        throw input_error(journal + "line " + to_string(number) + ": " + what);
    };
    try {
        use();
    } catch (const nlohmann::json::exception& problem) {
        refuse(json_problem(problem));
    } catch (const input_error& problem) {
        refuse(problem.what());
    }
}

}  // namespace detail
}  // namespace bouillon

#ifndef BOUILLON_COMPILED
#    include <bouillon/search/journal_json.ipp>
#endif
