// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace bouillon {

namespace detail {

inline std::string_view last_line(std::string_view printed) {
    const auto last = printed.find_last_not_of(" \t\r\n");
    if (last == std::string_view::npos) throw work_error("printed nothing");
    std::string_view line = printed.substr(0, last + 1);
    line.remove_prefix(line.find_last_of('\n') + 1);  // npos + 1 is 0: the only line
    line.remove_prefix(line.find_first_not_of(" \t\r"));
    return line;
}

/// The beginning of a line, in quotes, for a message.
inline std::string quote_line(std::string_view line) {
    constexpr std::size_t most = 200;
    return "'" + std::string(line.substr(0, most)) + (line.size() > most ? "...'" : "'");
}

inline std::vector<double> losses_of_json(std::string_view line) {
    const auto value = nlohmann::json::parse(line, nullptr, false);
    if (value.is_discarded()) throw work_error("printed " + quote_line(line) + ", which is no JSON");
    if (value.is_object() && value.contains("error"))
        throw work_error("said: " +
                         (value["error"].is_string() ? value["error"].get<std::string>() : value["error"].dump()));
    if (value.is_object() && !value.contains("losses"))
        throw work_error("printed " + quote_line(line) + ", which has no \"losses\"");
    const auto& list = value.is_object() ? value["losses"] : value;
    if (!list.is_array() || list.empty())
        throw work_error("printed " + quote_line(line) + ", whose losses are no array of one number or more");
    std::vector<double> losses;  // (documents)
    for (const auto& loss : list) {
        if (!loss.is_number() || !std::isfinite(loss.get<double>()))
            throw work_error("printed the loss " + quote_line(loss.dump()) + " of document " +
                             to_string(losses.size()) + ", not one finite number");
        losses.push_back(loss.get<double>());
    }
    return losses;
}

}  // namespace detail

/// Losses as a scorer printed them: what stands on the last line that is not blank, which is one number, a JSON array
/// of them, or a JSON object with such an array as "losses", or with the reason why there are none as "error".
/// @returns (documents), or one value of a scorer that tells no more; lower is better
/// @throws work_error saying what was printed instead, or the reason
inline std::vector<double> parse_printed_losses(std::string_view printed) {
    const std::string_view line = detail::last_line(printed);
    if (line.front() == '[' || line.front() == '{') return detail::losses_of_json(line);
    double value = 0;
    const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (problem != std::errc() || end != line.data() + line.size() || !std::isfinite(value))
        throw work_error("printed " + detail::quote_line(line) + ", not one finite number");
    return {value};
}

}  // namespace bouillon
