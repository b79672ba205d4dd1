// SPDX-License-Identifier: Apache-2.0
#include "report/json_output.hpp"

#include <bouillon/merge_search/run.hpp>
#include <bouillon/search/journal_json.hpp>
#include <bouillon/search/recommendation.hpp>

#include "report/report_output.hpp"
#include "search/search_stages.hpp"
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <vector>

namespace {

using json = nlohmann::ordered_json;
using bouillon::number_or_nan;

/// Weights of all tensors alike; or null, and those of each group beside.
void add_weights(json& object, const std::vector<double>& merge_weights, const merge_weight_names& names) {
    if (merge_weights.size() <= names.checkpoints.size()) {
        object["merge_weights"] = merge_weights;
        return;
    }
    object["merge_weights"] = nullptr;
    for (std::size_t g = 0; g < names.groups.size(); ++g)
        object["group_merge_weights"][names.groups[g]] = names.of_group(merge_weights, g);
}

/// Gains in each held-out set, by its name.
json sets_json(const std::vector<bouillon::domain_gain>& gains) {
    json sets;
    for (const auto& [name, gain] : gains)
        sets[name] = {{"gain", gain.gain},
                      {"standard_error", gain.standard_error},
                      {"interval", {gain.lower(), gain.upper()}},
                      {"p_value", gain.p_value},
                      {"significant", gain.testable() ? json(gain.significant) : json(nullptr)},
                      {"documents", gain.documents}};
    return sets;
}

/// What sets_json wrote.
std::vector<bouillon::domain_gain> sets_from(const json& sets) {
    std::vector<bouillon::domain_gain> gains;
    for (const auto& [name, set] : sets.items()) {
        const auto& significant = set.at("significant");
        gains.push_back({name,
                         {.gain = set.at("gain"),
                          .standard_error = number_or_nan(set.at("standard_error")),
                          .significant = significant.is_boolean() && significant.get<bool>(),
                          .documents = set.at("documents"),
                          .p_value = number_or_nan(set.at("p_value"))}});
    }
    return gains;
}

/// The merges that no other beats, numbered as people choose them.
json front_json(const merge_front& front, const merge_weight_names& names) {
    json merges = json::array();
    for (const auto& merge : front.front()) {
        json object = {{"number", merges.size() + 1}, {"trial", merge.trial}, {"merge_weights", nullptr}};
        add_weights(object, merge.merge_weights, names);
        for (std::size_t s = 0; s < front.sets.size(); ++s)
            object["sets"][front.sets[s]] = {{"gain", merge.gains[s].mean},
                                             {"standard_error", merge.gains[s].standard_error()}};
        merges.push_back(std::move(object));
    }
    return merges;
}

/// The guards' states as JSON has them, in the order of guard_state.
constexpr std::array guard_states = {"kept", "not shown", "broken"};

json guards_json(const std::vector<bouillon::guard_verdict>& guards) {
    json list = json::array();
    for (const auto& [guard, gain, state, p_value] : guards)
        list.push_back({{"set", guard.domain},
                        {"allowed_loss", guard.allowed_loss},
                        {"gain", gain.gain},
                        {"standard_error", gain.standard_error},
                        {"documents", gain.documents},
                        {"p_value", p_value},
                        {"state", guard_states[static_cast<std::size_t>(state)]}});
    return list;
}

/// What guards_json wrote.
std::vector<bouillon::guard_verdict> guards_from(const json& list) {
    std::vector<bouillon::guard_verdict> guards;
    for (const auto& one : list) {
        const auto* const state = std::ranges::find(guard_states, one.at("state").get<std::string>());
        guards.push_back({{one.at("set"), one.at("allowed_loss")},
                          {.gain = one.at("gain"),
                           .standard_error = number_or_nan(one.at("standard_error")),
                           .documents = one.at("documents")},
                          static_cast<bouillon::guard_state>(state - guard_states.begin()),
                          number_or_nan(one.at("p_value"))});
    }
    return guards;
}

json row_json(const bouillon::report_row& row, const merge_weight_names& names) {
    const auto& test = row.test;
    json object = {{"name", row.name},
                   {"merge_weights", nullptr},
                   {"search_loss", row.search.mean},
                   {"search_standard_error", row.search.standard_error()},
                   {"test_loss", test ? json(test->mean) : json(nullptr)},
                   {"test_standard_error", test ? json(test->standard_error()) : json(nullptr)},
                   {"gain", row.gain.gain},
                   {"gain_standard_error", row.gain.standard_error},
                   {"gain_interval", {row.gain.lower(), row.gain.upper()}},
                   {"significant", row.gain.testable() ? json(row.gain.significant) : json(nullptr)},
                   {"search_gain", row.search_gain.gain},
                   {"search_gain_standard_error", row.search_gain.standard_error}};
    add_weights(object, row.merge_weights, names);
    if (!row.domains.empty()) {
        object["degrees_of_freedom"] = row.gain.degrees_of_freedom();
        object["sets"] = sets_json(row.domains);
    }
    return object;
}

bouillon::loss_estimate estimate_from(const json& mean, const json& standard_error) {
    const double error = number_or_nan(standard_error);
    return {mean, error * error};
}

/// Merge weights as add_weights wrote them.
std::vector<double> weights_from(const json& object) {
    if (!object.at("merge_weights").is_null()) return object.at("merge_weights");
    std::vector<double> weights;
    for (const auto& [group, row] : object.at("group_merge_weights").items())
        for (const double weight : row) weights.push_back(weight);
    return weights;
}

/// `documents`: that gains were measured on.
bouillon::report_row row_from(const json& object, std::size_t documents) {
    const auto& significant = object.at("significant");
    bouillon::report_row row{
        object.at("name"),
        weights_from(object),
        estimate_from(object.at("search_loss"), object.at("search_standard_error")),
        {.gain = object.at("search_gain"), .standard_error = number_or_nan(object.at("search_gain_standard_error"))},
        std::nullopt,
        {.gain = object.at("gain"),
         .standard_error = number_or_nan(object.at("gain_standard_error")),
         .significant = significant.is_boolean() && significant.get<bool>(),
         .documents = documents}};
    if (const auto& test = object.at("test_loss"); !test.is_null())
        row.test = estimate_from(test, object.at("test_standard_error"));
    if (object.contains("sets")) {
        row.gain.effective_degrees = number_or_nan(object.at("degrees_of_freedom"));
        row.domains = sets_from(object.at("sets"));
    }
    return row;
}

}  // namespace

std::string trial_json(const bouillon::trial_event& event, std::size_t earlier, std::span<const double> newest_losses,
                       const bouillon::document_domains& domains, const merge_weight_names& names) {
    json object = {{"event", "trial"},
                   {"trial", earlier + event.trial.ticket},
                   {"merge_weights", nullptr},
                   {"loss", nullptr},
                   {"standard_error", nullptr},
                   {"gain", nullptr},
                   {"gain_standard_error", nullptr},
                   {"seconds",
                    {{"suggest", event.seconds.suggest},
                     {"merge", event.seconds.merge},
                     {"score", event.seconds.score},
                     {"observe", event.seconds.observe}}}};
    add_weights(object, event.trial.merge_weights, names);
    if (event.observation.status == bouillon::trial_status::failed) {
        object["failed"] = event.observation.reason;
        return bouillon::json_line(object);
    }
    const auto loss = bouillon::mean_loss(event.losses, domains);
    const auto gain = bouillon::gain_over(event.losses, newest_losses, domains);
    object["loss"] = loss.mean;
    object["standard_error"] = loss.standard_error();
    object["gain"] = gain.gain;
    object["gain_standard_error"] = std::sqrt(event.observation.variance);  // with that of documents not scored
    object["documents"] = event.documents;
    return bouillon::json_line(object);
}

json result_json(const bouillon::merge_report& report, const search_result& result, const merge_weight_names& names,
                 const loss_wording& wording) {
    const auto& recommendation = result.recommendation;
    json rows = json::array();
    for (const auto& row : report.rows) rows.push_back(row_json(row, names));
    json warnings = json::array();
    for (const auto& warning : report.warnings) warnings.push_back({{"kind", warning.kind}, {"text", warning.text}});
    const json ticket = recommendation.ticket ? json(*recommendation.ticket) : json(nullptr);
    json recommended = {{"merge_weights", nullptr},
                        {"posterior_loss", recommendation.loss},
                        {"posterior_standard_error", recommendation.standard_error},
                        {"trial", ticket}};
    add_weights(recommended, recommendation.merge_weights, names);
    json object = {{"event", "result"},
                   {"checkpoints", names.checkpoints},
                   {"rows", rows},
                   {"recommendation", recommended},
                   {"stopped_by", result.stopped_by},
                   {"unit", wording.losses},
                   {"gains_on", documents_name(report.gains_on)},
                   {"gain_documents", report.found().gain.documents},
                   {"warnings", warnings},
                   {"decision", report.merge() ? "merge" : "keep newest"}};
    if (!report.guards.empty()) object["guards"] = guards_json(report.guards);
    if (!result.front.sets.empty()) object["front"] = front_json(result.front, names);
    return object;
}

merge_front front_from(const json& result) {
    merge_front front;
    if (!result.contains("front")) return front;
    for (const auto& merge : result.at("front")) {
        front.merges.push_back({merge.at("trial"), weights_from(merge), {}});
        front.sets.clear();
        for (const auto& [name, gain] : merge.at("sets").items()) {
            front.sets.push_back(name);
            front.merges.back().gains.push_back(estimate_from(gain.at("gain"), gain.at("standard_error")));
        }
    }
    front.size = front.merges.size();
    return front;
}

bouillon::merge_report report_from(const json& result) {
    bouillon::merge_report report;
    for (const auto set : {bouillon::gain_documents::confirm, bouillon::gain_documents::test})
        if (result.at("gains_on") == documents_name(set)) report.gains_on = set;
    for (const auto& row : result.at("rows")) report.rows.push_back(row_from(row, result.at("gain_documents")));
    if (result.contains("guards")) report.guards = guards_from(result.at("guards"));
    for (const auto& warning : result.at("warnings"))
        report.warnings.push_back({warning.at("kind"), warning.at("text")});
    return report;
}

merge_weight_names names_from(const json& result) {
    merge_weight_names names{result.at("checkpoints"), {}};
    const auto& found = result.at("rows").back();
    if (!found.contains("group_merge_weights")) return names;
    for (const auto& [group, weights] : found.at("group_merge_weights").items()) names.groups.push_back(group);
    return names;
}

void print_line(const std::string& line) {
    std::fputs((line + '\n').c_str(), stdout);
    std::fflush(stdout);
}

void print_line(const json& object) { print_line(bouillon::json_line(object)); }
