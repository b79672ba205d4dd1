// SPDX-License-Identifier: Apache-2.0
#include "checkpoints/merge_inputs.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/schedule_weights.hpp>
#include <bouillon/core/to_string.hpp>

#include "checkpoints/run_checkpoints.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

namespace {

using bouillon::input_error;

/// All of a text as a number.
std::optional<double> parse_number(std::string_view text) {
    double number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = problem == std::errc() && end == text.data() + text.size() && !text.empty();
    return whole ? std::optional(number) : std::nullopt;
}

/// "path:0.25" -> path and weight; the last colon counts, so a path may hold others.
std::pair<std::filesystem::path, std::optional<double>> parse_input(const std::string& text) {
    const auto colon = text.rfind(':');
    const auto weight =
        colon == std::string::npos ? std::nullopt : parse_number(std::string_view(text).substr(colon + 1));
    return {weight ? text.substr(0, colon) : text, weight};
}

/// Merge weights by age.
struct schedule_choice {
    std::string_view name;
    std::vector<double> (*weights)(std::size_t checkpoints);
};

template <class Decay>
std::vector<double> decayed(std::size_t checkpoints) {
    return bouillon::decay_weights(checkpoints, Decay{});
}

constexpr std::array schedules = {schedule_choice{"uniform", bouillon::uniform_weights},
                                  schedule_choice{"linear", decayed<bouillon::linear_decay>},
                                  schedule_choice{"cosine", decayed<bouillon::cosine_decay>},
                                  schedule_choice{"minus-sqrt", decayed<bouillon::minus_sqrt_decay>}};

std::vector<double> scheduled(const std::string& schedule, std::size_t checkpoints) {
    const auto named = std::ranges::find(schedules, schedule, &schedule_choice::name);
    if (named != schedules.end()) return named->weights(checkpoints);
    const auto newest = schedule.starts_with("ema:") ? parse_number(schedule.substr(4)) : std::nullopt;
    if (newest) return bouillon::moving_average_weights(checkpoints, *newest);
    throw input_error("--schedule " + schedule +
                      ": is none of uniform, ema:A (A between 0 and 1), minus-sqrt, linear, cosine");
}

merge_weights resolve_schedule(std::vector<std::filesystem::path> paths, const merge_inputs& inputs) {
    const std::string schedule = inputs.schedule.empty() ? std::string(schedules.front().name) : inputs.schedule;
    scheduled(schedule, 2);  // a wrong one is refused whatever the checkpoints are
    merge_weights resolved;
    resolved.checkpoints = taken_checkpoints(paths, inputs.selection);
    if (resolved.checkpoints.size() < 2)
        throw input_error("a schedule merges 2 or more checkpoints, but " +
                          (resolved.checkpoints.empty() ? "none is" : resolved.checkpoints[0].string() + " alone is") +
                          " taken" + remedy_of_one(resolved.checkpoints));
    resolved.weights = scheduled(schedule, resolved.checkpoints.size());
    return resolved;
}

/// Leaves out checkpoints of weight exactly 0, so that nothing of them is looked at; none where all are.
void leave_out_absent(merge_weights& resolved) {
    merge_weights used;
    for (std::size_t k = 0; k < resolved.weights.size(); ++k) {
        if (resolved.weights[k] == 0) continue;
        used.checkpoints.push_back(resolved.checkpoints[k]);
        used.weights.push_back(resolved.weights[k]);
    }
    if (!used.weights.empty()) resolved = std::move(used);
}

}  // namespace

merge_weights resolve(const merge_inputs& inputs) {
    const bool by_schedule =
        !inputs.schedule.empty() || !inputs.selection.takes_all() || inputs.selection.skip_unfinished;
    merge_weights resolved;
    for (const auto& given : inputs.given) {
        auto [path, weight] = parse_input(given);
        if (by_schedule && weight)
            throw input_error("'" + given +
                              "': has a weight, but a schedule gives weights to checkpoints named without");
        if (!by_schedule && !weight)
            throw input_error("'" + given +
                              "': a checkpoint to merge is written PATH:WEIGHT, e.g. run/step-1000:0.5, " +
                              "unless --schedule gives the weights");
        resolved.checkpoints.push_back(std::move(path));
        resolved.weights.push_back(weight.value_or(0));
    }
    if (by_schedule) resolved = resolve_schedule(std::move(resolved.checkpoints), inputs);
    leave_out_absent(resolved);
    resolved.sum = std::accumulate(resolved.weights.begin(), resolved.weights.end(), 0.0);
    if (!inputs.normalize) return resolved;
    if (!(resolved.sum > 0 && std::isfinite(resolved.sum)))
        throw input_error("--normalize: the weights sum to " + bouillon::to_string(resolved.sum) +
                          ", but only a sum above 0 can be made 1");
    for (double& weight : resolved.weights) weight /= resolved.sum;
    resolved.sum = 1;
    return resolved;
}

std::string to_text(const merge_weights& resolved) {
    std::string text;
    for (std::size_t k = 0; k < resolved.checkpoints.size(); ++k)
        text += (k == 0 ? "" : " ") + resolved.checkpoints[k].string() + ':' + bouillon::to_string(resolved.weights[k]);
    return text;
}
