// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/journal_json.hpp>
#include <bouillon/search/observation.hpp>
#include <bouillon/search/paired.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace bouillon {

namespace detail {

template <class Search>
trial trial_of(const Search& search, std::size_t ticket) {
    if (ticket < search.history().size()) return search.history()[ticket].trial;
    return {.ticket = ticket, .unit_point = {}, .point = {}, .merge_weights = {}};
}

template <class Search>
void replay_repeat(Search& search, const nlohmann::ordered_json& event) {
    const std::size_t recorded = event.at("ticket"), ticket = search.repeat(trial_of(search, event.at("of"))).ticket;
    if (ticket != recorded)
        throw input_error("trial " + to_string(recorded) + " is repeated where trial " + to_string(ticket) +
                          " is next");
}

template <class Search>
void replay_observation(Search& search, const nlohmann::ordered_json& event) {
    const loss_estimate loss{event.at("loss"), number_or_nan(event.at("variance"))};
    const std::vector<double> losses = event.value("losses", std::vector<double>{});  // (scored)
    const std::vector<loss_estimate> of_guards =
        event.contains("guards") ? estimates_of(event.at("guards")) : std::vector<loss_estimate>{};  // (guards)
    search.observe(trial_of(search, event.at("ticket")), loss, of_guards, losses);
}

/// Events hold the budget that there was from then on.
template <class Search>
void replay_budget(Search& search, const nlohmann::ordered_json& event) {
    const std::size_t before = search.options().budget, budget = budget_of(event.at("budget"));
    if (budget < before)
        throw input_error("the budget shrinks from " + json_line(budget_json(before)) + " to " + to_string(budget));
    search.extend(budget - before);
}

}  // namespace detail

/// Lets a search live through one event of a journal again; a result and what a caller measured are none of its events,
/// and change nothing.
/// @returns false where the search would have suggested another trial than the one recorded, which stands
/// @throws input_error, or the JSON library's exception, where the event does not fit
template <class Search>
bool replay_event(Search& search, const nlohmann::ordered_json& event) {
    const std::string kind = event.at("event");
    const auto ended = [&] { return detail::trial_of(search, event.at("ticket")); };
    if (kind == "suggest")
        return search.replay(
            {event.at("ticket"), event.at("unit_point"), event.at("point"), event.at("merge_weights")});
    if (kind == "repeat")
        detail::replay_repeat(search, event);
    else if (kind == "observe")
        detail::replay_observation(search, event);
    else if (kind == "fail")
        search.fail(ended(), event.at("reason"));
    else if (kind == "abandon")
        search.abandon(ended(), event.at("reason"));
    else if (kind == "budget")
        detail::replay_budget(search, event);
    else if (kind != "result" && kind != "measured")
        throw input_error("the event is " + event.at("event").dump());
    return true;
}

}  // namespace bouillon
