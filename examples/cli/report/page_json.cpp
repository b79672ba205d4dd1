// SPDX-License-Identifier: Apache-2.0
#include "report/page_json.hpp"

#include <bouillon/search/journal_json.hpp>

#include <nlohmann/json.hpp>

#include <span>

namespace {

using json = nlohmann::ordered_json;
using bouillon::number_or_nan;

}  // namespace

json page_json(const report_page& page) {
    json checkpoints = json::array(), distances = json::array(), slices = json::array();
    for (const auto& [name, loss, standard_error] : page.checkpoints)
        checkpoints.push_back({{"name", name}, {"loss", loss}, {"standard_error", standard_error}});
    for (const auto& [older, newer, distance, relative, cosine] : page.distances)
        distances.push_back(
            {{"older", older}, {"newer", newer}, {"distance", distance}, {"relative", relative}, {"cosine", cosine}});
    for (const auto& [coordinate, at, gain, deviation, recommended] : page.slices)
        slices.push_back({{"coordinate", coordinate},
                          {"at", at},
                          {"gain", gain},
                          {"deviation", deviation},
                          {"recommended", recommended}});
    json object = {{"trials", page.trials.size()},     {"command", page.command},     {"version", page.version},
                   {"losses", page.wording.losses},    {"gains", page.wording.gains}, {"of", page.wording.of},
                   {"checkpoints", checkpoints},       {"distances", distances},      {"slices", slices},
                   {"slices_space", page.slices_space}};
    for (const auto& merge : std::span(page.front.merges).subspan(page.front.size)) {  // the result has the others
        json gains = json::array();
        for (const auto& gain : merge.gains) gains.push_back(gain.mean);
        object["beaten"].push_back({{"trial", merge.trial}, {"gains", gains}});
    }
    return object;
}

void read_page_json(const json& object, report_page& page) {
    page.command = object.at("command");
    page.version = object.at("version");
    page.wording = {object.at("losses"), object.at("gains"), object.at("of")};
    for (const auto& one : object.at("checkpoints"))
        page.checkpoints.push_back({one.at("name"), one.at("loss"), number_or_nan(one.at("standard_error"))});
    for (const auto& pair : object.at("distances"))
        page.distances.push_back({pair.at("older"), pair.at("newer"), pair.at("distance"),
                                  number_or_nan(pair.at("relative")), number_or_nan(pair.at("cosine"))});
    for (const auto& slice : object.at("slices"))
        page.slices.push_back(
            {slice.at("coordinate"), slice.at("at"), slice.at("gain"), slice.at("deviation"), slice.at("recommended")});
    page.slices_space = object.at("slices_space");
    if (!object.contains("beaten")) return;
    for (const auto& merge : object.at("beaten")) {
        page.front.merges.push_back({merge.at("trial"), {}, {}});
        for (const auto& gain : merge.at("gains")) page.front.merges.back().gains.push_back({number_or_nan(gain), 0});
    }
}
