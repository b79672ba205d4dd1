// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/compare/objective.hpp>
#include <bouillon/compare/problems/recorded_landscape.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>
#include <bouillon/search/observation.hpp>
#include <bouillon/space/simplex.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace bouillon {

/// The landscape of merges whose losses a file holds, over the simplex of their checkpoints.
///
/// examples/data/merges.jsonl has 160 merges of the eight checkpoints beside it, scored on all search documents.
/// @param name of the objective
/// @param path of JSON lines {"merge_weights": [...], "loss": ...}: (checkpoints) weights that sum to 1, and a loss
/// @throws input_error that names the file and the line where it is no such object, or the merges are fewer than three
inline objective<simplex> recorded_merges(const std::string& name, const std::string& path) {
    std::ifstream lines(path);
    if (!lines) throw input_error(path + ": cannot be opened");
    std::vector<known_observation> recorded;
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        const std::string where = path + ": line " + to_string(++number);
        const auto object = nlohmann::json::parse(line, nullptr, false);
        if (!object.is_object() || !object.contains("merge_weights") || !object["merge_weights"].is_array() ||
            !object.contains("loss") || !object["loss"].is_number())
            throw input_error(where + " is no object with merge_weights and loss");
        known_observation merge;
        merge.loss = object["loss"].get<double>();
        for (const auto& weight : object["merge_weights"]) {
            if (!weight.is_number()) throw input_error(where + ": a merge weight is " + weight.dump());
            merge.point.push_back(weight.get<double>());
        }
        if (!recorded.empty() && merge.point.size() != recorded[0].point.size())
            throw input_error(where + " has " + to_string(merge.point.size()) + " merge weights, but the first has " +
                              to_string(recorded[0].point.size()));
        recorded.push_back(std::move(merge));
    }
    const std::size_t checkpoints = recorded.empty() ? 0 : recorded[0].point.size();
    return recorded_landscape(name, simplex{checkpoints}, recorded);
}

}  // namespace bouillon
