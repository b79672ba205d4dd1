// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/merge_search/recorded_evaluator.hpp>
#include <bouillon/search/journal_file.hpp>
#include <bouillon/search/journal_json.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// A measurement as an event of a journal: "measured".
inline nlohmann::ordered_json to_event(const measurement& made) {
    nlohmann::ordered_json event = {{"event", "measured"}, {"merge_weights", made.merge_weights}};
    if (!made.documents.empty()) event["documents"] = made.documents;
    if (!made.search.empty()) event["search"] = made.search;
    if (!made.test.empty()) event["test"] = made.test;
    return event;
}

/// The measurement that an event tells; nothing where it is another event.
/// @throws input_error, or the JSON library's exception, where it does not say what such an event must
inline std::optional<measurement> measurement_of(const nlohmann::ordered_json& event) {
    if (event.at("event") != "measured") return std::nullopt;
    measurement made{event.at("merge_weights")};
    if (event.contains("search")) made.search = detail::numbers_or_nan(event.at("search"));
    if (event.contains("test")) made.test = detail::numbers_or_nan(event.at("test"));
    if (event.contains("documents")) made.documents = event.at("documents").get<std::vector<std::size_t>>();
    if (!made.documents.empty() && made.documents.size() != made.search.size())
        throw input_error(to_string(made.search.size()) + " losses are measured on " +
                          to_string(made.documents.size()) + " documents");
    return made;
}

/// What the runs before this one measured, in their order.
/// @param journal that they wrote
/// @throws input_error with the number of a line that is not as it must be
inline std::vector<measurement> measurements_in(const journal_file& journal) {
    std::vector<measurement> measured;
    for (std::size_t i = 0; i < journal.lines().size(); ++i)
        detail::use_line(journal.name(), i + 1, [&] {
            if (auto made = measurement_of(detail::parse_event(journal.lines()[i])))
                measured.push_back(*std::move(made));
        });
    return measured;
}

}  // namespace bouillon
