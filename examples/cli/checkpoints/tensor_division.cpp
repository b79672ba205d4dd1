// SPDX-License-Identifier: Apache-2.0
#include "checkpoints/tensor_division.hpp"

#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace {

using bouillon::input_error;

constexpr double widest = 1.5;  // of the step from the newest checkpoint to the merge, where no range is given

/// NAME and what stands behind its equals sign.
std::pair<std::string, std::string> split_name(const std::string& option, const std::string& given) {
    const auto equals = given.find('=');
    if (equals == given.npos || equals == 0 || equals + 1 == given.size())
        throw input_error(option + " " + given + ": it must be NAME=...");
    return {given.substr(0, equals), given.substr(equals + 1)};
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t end; (end = text.find(separator)) != text.npos; text.remove_prefix(end + 1))
        parts.emplace_back(text.substr(0, end));
    parts.emplace_back(text);
    return parts;
}

double bound_of(const std::string& given, std::string_view text) {
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size())
        throw input_error("--group-range " + given + ": '" + std::string(text) + "' is not a number");
    return value;
}

std::size_t index_of(const std::string& name, const bouillon::tensor_groups& groups) {
    const auto found = std::find_if(groups.groups.begin(), groups.groups.end(),
                                    [&](const bouillon::tensor_group& group) { return group.name == name; });
    if (found == groups.groups.end()) throw input_error("there is no group '" + name + "' among " + groups.names());
    return static_cast<std::size_t>(found - groups.groups.begin());
}

bouillon::tensor_groups divide(const std::string& division, const std::vector<std::string>& tensors) {
    if (division.empty()) return {};
    if (division == "parts") return bouillon::groups_by_part(tensors);
    std::size_t buckets = 0;
    const std::string_view count = std::string_view(division).substr(std::min<std::size_t>(division.size(), 6));
    const auto [end, problem] = std::from_chars(count.data(), count.data() + count.size(), buckets);
    if (!division.starts_with("depth:") || problem != std::errc() || end != count.data() + count.size())
        throw input_error("--groups " + division + ": it must be parts or depth:N");
    return bouillon::groups_by_depth(tensors, buckets);
}

}  // namespace

bouillon::tensor_groups make_groups(const group_arguments& arguments, const bouillon::checkpoint_set& checkpoints) {
    if (!arguments.any()) {
        if (!arguments.ranges.empty() || !arguments.frozen.empty())
            throw input_error("--group-range and --freeze need --groups or --group");
        return {};
    }
    std::vector<std::string> tensors, left;
    for (const auto& tensor : checkpoints.tensors())
        if (mergeable(tensor.type)) tensors.push_back(tensor.name);
    bouillon::tensor_groups groups;
    for (const std::string& given : arguments.own) {
        const auto [name, patterns] = split_name("--group", given);
        groups.groups.push_back({name, split(patterns, ',')});
    }
    for (const std::string& tensor : tensors)
        if (groups.find(tensor) == groups.groups.size()) left.push_back(tensor);
    for (auto& group : divide(arguments.division, left).groups) groups.groups.push_back(std::move(group));
    return complete_groups(std::move(groups), tensors);
}

bouillon::group_scaling make_group_space(const group_arguments& arguments, const bouillon::tensor_groups& groups,
                                         std::vector<double> merged) {
    bouillon::group_scaling space{std::move(merged), std::vector(groups.size(), 0.0),
                                  std::vector(groups.size(), widest)};
    for (const std::string& given : arguments.ranges) {
        const auto [name, range] = split_name("--group-range", given);
        const std::size_t g = index_of(name, groups), dots = range.find("..");
        space.lower[g] = bound_of(given, std::string_view(range).substr(0, dots));
        space.upper[g] =
            dots == range.npos ? space.lower[g] : bound_of(given, std::string_view(range).substr(dots + 2));
    }
    for (const std::string& name : arguments.frozen) space.lower[index_of(name, groups)] = 0;
    for (const std::string& name : arguments.frozen) space.upper[index_of(name, groups)] = 0;
    space.check();
    return space;
}

std::vector<bouillon::reached_bound> reached_bounds(const bouillon::tensor_groups& groups,
                                                    const bouillon::group_scaling& space,
                                                    std::span<const double> point) {
    auto reached = space.reached_bounds(point);
    for (auto& bound : reached)
        for (std::size_t g = 0; g < groups.groups.size(); ++g)
            if (bound.name.ends_with(" of group " + bouillon::to_string(g))) {
                bound.name = "--group-range " + groups.groups[g].name;
                break;
            }
    return reached;
}

nlohmann::ordered_json to_json(const bouillon::tensor_groups& groups, const bouillon::group_scaling& space) {
    auto ranges = nlohmann::ordered_json::array();
    for (std::size_t g = 0; g < groups.groups.size(); ++g)
        ranges.push_back({{"name", groups.groups[g].name},
                          {"lower", space.lower[g]},
                          {"upper", space.upper[g]},
                          {"patterns", groups.groups[g].patterns}});
    return {{"merged", space.merged}, {"ranges", ranges}};
}

std::vector<std::string> coordinate_names(const bouillon::tensor_groups& groups, const bouillon::group_scaling& space) {
    std::vector<std::string> names;  // (d)
    for (std::size_t g = 0; g < groups.groups.size(); ++g)
        if (space.lower[g] < space.upper[g]) names.push_back("scale of " + groups.groups[g].name);
    return names;
}
