// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/core/compiled.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/journal_header.hpp>
#include <bouillon/search/journal_json.hpp>
#include <bouillon/search/loss_changes.hpp>
#include <bouillon/search/paired.hpp>
#include <bouillon/search/search_options.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

namespace detail {

inline nlohmann::ordered_json known_json(const std::vector<known_observation>& known) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const auto& [point, loss, variance, guard_losses] : known) {
        list.push_back({{"point", point}, {"loss", loss}, {"variance", variance}});
        if (!guard_losses.empty()) list.back()["guards"] = estimates_json(guard_losses);
    }
    return list;
}

/// Checks that two JSON values are the same.
/// @param there one of them; null where there is none
/// @param here the other
/// @param field of both, as a message has it
/// @param name how the message begins
/// @throws input_error at the first place in which they differ, with both values
inline void require_same_json(const nlohmann::ordered_json* there, const nlohmann::ordered_json* here,
                              const std::string& field, const std::string& name) {
    const auto differ = [&](const std::string& value_there, const std::string& value_here, const char* verb) {
        throw input_error(name + field + verb + value_there + " there, but " + value_here + " here");
    };
    const auto text = [](const nlohmann::ordered_json* value) { return value ? json_line(*value) : "missing"; };
    if (!there || !here || there->type() != here->type() || there->is_primitive()) {
        if (!there || !here || *there != *here) differ(text(there), text(here), " is ");
    } else if (there->is_array()) {
        if (there->size() != here->size())
            differ(to_string(there->size()) + " values", to_string(here->size()), " has ");
        for (std::size_t i = 0; i < there->size(); ++i)
            require_same_json(&(*there)[i], &(*here)[i], field + '[' + to_string(i) + ']', name);
    } else {
        nlohmann::ordered_json either = *there;
        either.update(*here);
        for (const auto& [key, unused] : either.items())
            require_same_json(there->contains(key) ? &there->at(key) : nullptr,
                              here->contains(key) ? &here->at(key) : nullptr, field.empty() ? key : field + '.' + key,
                              name);
    }
}

/// A header with what may differ when its journal is taken up again as another one has it: losses that were measured
/// once more, and a larger budget.
inline nlohmann::ordered_json with_changes(nlohmann::ordered_json written, const nlohmann::ordered_json& expected) {
    const auto same_size = [&](const char* field) {
        return written.contains(field) && written[field].size() == expected.at(field).size();
    };
    if (same_size("reference_losses")) written["reference_losses"] = expected.at("reference_losses");
    for (std::size_t i = 0; same_size("known") && i < written["known"].size(); ++i)
        for (const char* field : {"loss", "variance", "guards"})
            if (written["known"][i].contains(field) && expected.at("known")[i].contains(field))
                written["known"][i][field] = expected.at("known")[i].at(field);
    if (written.contains("budget") && budget_of(written["budget"]) <= budget_of(expected.at("budget")))
        written["budget"] = expected.at("budget");
    return written;
}

BOUILLON_DEFINITION nlohmann::ordered_json journal_header_of(const search_parts& parts, const search_options& options,
                                                             const nlohmann::ordered_json& settings) {
    if (!settings.is_object() && !settings.is_null())
        throw input_error("a journal's settings must be a JSON object, not " + json_line(settings));
    nlohmann::ordered_json header = {{"event", "header"},
                                     {"version", journal_version},
                                     {"space", parts.space},
                                     {"dimension", parts.dimension},
                                     {"kernel", parts.kernel},
                                     {"acquisition", parts.acquisition},
                                     {"seed", options.seed},
                                     {"budget", budget_json(options.budget)},
                                     {"initial_trials", options.initial_trials},
                                     {"smallest_distance", options.smallest_distance},
                                     {"known", known_json(options.known)},
                                     {"reference_losses", options.reference_losses},
                                     {"settings", settings.is_null() ? nlohmann::ordered_json::object() : settings}};
    for (const auto& [name, documents, weight, scale] : options.domains)
        header["domains"].push_back({{"name", name}, {"documents", documents}, {"weight", weight}, {"scale", scale}});
    for (const auto& [domain, allowed_loss] : options.guards)
        header["guards"].push_back({{"domain", domain}, {"allowed_loss", allowed_loss}});
    return nlohmann::ordered_json::parse(std::string_view(json_line(header)));  // as it will be read: NaN is null
}

}  // namespace detail

BOUILLON_DEFINITION std::vector<known_observation> known_of(const nlohmann::ordered_json& header) {
    std::vector<known_observation> known;
    for (const auto& each : header.at("known"))
        known.push_back(
            {each.at("point"), each.at("loss"), number_or_nan(each.at("variance")),
             each.contains("guards") ? detail::estimates_of(each.at("guards")) : std::vector<loss_estimate>{}});
    return known;
}

BOUILLON_DEFINITION loss_changes changes_since(const nlohmann::ordered_json& written, const search_options& options) {
    const std::vector<double> reference = detail::numbers_or_nan(written.at("reference_losses"));
    loss_changes changes = changes_of(reference, options.reference_losses);
    const auto known = known_of(written);
    for (std::size_t i = 0; i < known.size(); ++i)
        changes += changes_of(std::span(&known[i].loss, 1), std::span(&options.known[i].loss, 1));
    return changes;
}

BOUILLON_DEFINITION search_options as_begun(search_options options, const nlohmann::ordered_json& written) {
    options.budget = detail::budget_of(written.at("budget"));
    options.initial_trials = initial_trials(options, written.at("dimension"));
    options.reference_losses = detail::numbers_or_nan(written.at("reference_losses"));
    options.known = known_of(written);
    return options;
}

BOUILLON_DEFINITION void check_journal_version(const nlohmann::ordered_json& header, const std::string& name) {
    if (header.value("event", "") != "header" || !header.contains("version"))
        throw input_error(name + "this is no journal: it does not begin with a header");
    if (const auto& written = header.at("version"); written != journal_version)
        throw input_error(name + "it is of version " + json_line(written) + "; this bouillon reads version " +
                          to_string(journal_version) +
                          ": end the search with the bouillon that began it, or begin a new one");
}

BOUILLON_DEFINITION void check_journal_settings(const nlohmann::ordered_json& written,
                                                const nlohmann::ordered_json& settings, const std::string& name) {
    check_journal_version(written, name);
    const auto& there = written.at("settings");
    for (const auto& [key, here] : settings.items())
        detail::require_same_json(there.contains(key) ? &there.at(key) : nullptr, &here, key, name);
}

BOUILLON_DEFINITION void check_journal_header(nlohmann::ordered_json written, nlohmann::ordered_json expected,
                                              const std::string& name) {
    check_journal_version(written, name);
    written = detail::with_changes(std::move(written), expected);
    const nlohmann::ordered_json settings_there = written["settings"], settings_here = expected["settings"];
    written.erase("settings");
    expected.erase("settings");
    if (const auto& there = written["budget"], &here = expected["budget"]; there != here)
        throw input_error(name + "budget is " + json_line(there) + " there, but " + json_line(here) +
                          " here: it can grow, but not shrink");
    detail::require_same_json(&written, &expected, "", name);
    detail::require_same_json(&settings_there, &settings_here, "", name);
}

}  // namespace bouillon
