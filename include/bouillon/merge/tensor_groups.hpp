// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bouillon/checkpoint/merged_types.hpp>
#include <bouillon/core/dtype.hpp>
#include <bouillon/core/error.hpp>
#include <bouillon/core/to_string.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bouillon {

/// Tensors that share their merge weights.
struct tensor_group {
    std::string name;
    std::vector<std::string> patterns;  ///< of tensors' names, in the shell's language: * is any text, ? a character

    /// Whether one of the group's patterns fits a tensor's name.
    bool holds(const std::string& tensor) const {
        return std::any_of(patterns.begin(), patterns.end(),
                           [&](const std::string& pattern) { return detail::fits(pattern, tensor); });
    }
    bool operator==(const tensor_group&) const = default;
};

/// A division of a model's tensors into groups, each with merge weights of its own.
///
/// Empty: all are one group.
struct tensor_groups {
    std::vector<tensor_group> groups = {};  ///< a tensor belongs to the first that holds it

    /// Rows of merge weights: a row for each group, one where there are none.
    std::size_t size() const { return std::max(groups.size(), std::size_t{1}); }

    /// The group of a tensor.
    /// @throws input_error where there is none
    std::size_t of(const std::string& tensor) const {
        if (groups.empty()) return 0;
        const std::size_t group = find(tensor);
        if (group == groups.size()) throw input_error("tensor '" + tensor + "' is in none of the groups " + names());
        return group;
    }

    /// The index of the first group that holds a tensor, or their number where none does.
    std::size_t find(const std::string& tensor) const {
        const auto holds = [&](const tensor_group& group) { return group.holds(tensor); };
        return static_cast<std::size_t>(std::find_if(groups.begin(), groups.end(), holds) - groups.begin());
    }

    /// The groups' names, for messages.
    std::string names() const {
        std::string text;
        for (const auto& group : groups) text += (text.empty() ? "" : ", ") + group.name;
        return text;
    }
    bool operator==(const tensor_groups&) const = default;
};

namespace detail {

/// The group whose merge weights a tensor has: one that is copied, not summed, need be in none.
inline std::size_t group_of(const tensor_groups& groups, const std::string& tensor, dtype type) {
    return mergeable(type) ? groups.of(tensor) : 0;
}

/// How many tensors each group has: as many counts as groups, and then how many none holds.
inline std::vector<std::size_t> count_held(const tensor_groups& groups, std::span<const std::string> tensors) {
    std::vector<std::size_t> held(groups.groups.size() + 1);
    for (const std::string& tensor : tensors) ++held[groups.find(tensor)];
    return held;
}

}  // namespace detail

/// Groups that hold each of a model's tensors: what none of `given` holds becomes the group "rest".
/// @throws input_error for two groups of one name and for a group that is left without a tensor
inline tensor_groups complete_groups(tensor_groups given, std::span<const std::string> tensors) {
    const auto held = detail::count_held(given, tensors);
    std::set<std::string> names;
    for (std::size_t g = 0; g < given.groups.size(); ++g) {
        const std::string& name = given.groups[g].name;
        if (!names.insert(name).second) throw input_error("two groups are called '" + name + "'");
        if (held[g] == 0)
            throw input_error("group '" + name + "' holds no tensor: no name fits its patterns, or groups before it " +
                              "hold them");
    }
    if (held.back() > 0) given.groups.push_back({"rest", {"*"}});
    return given;
}

/// A transformer by its parts: norms, embeddings, head, attention and mlp, as far as the model has them.
inline tensor_groups groups_by_part(std::span<const std::string> tensors) {
    const tensor_groups all{{{"norms", {"*norm*", "*.ln_?.*"}},
                             {"embeddings", {"*embed_tokens*", "*embed_in*", "*wte*", "*wpe*"}},
                             {"head", {"*lm_head*", "*embed_out*"}},
                             {"attention", {"*attn*", "*attention*"}},
                             {"mlp", {"*mlp*", "*feed_forward*"}}}};
    const auto held = detail::count_held(all, tensors);
    tensor_groups present;
    for (std::size_t g = 0; g < all.groups.size(); ++g)
        if (held[g] > 0) present.groups.push_back(all.groups[g]);
    return complete_groups(std::move(present), tensors);
}

namespace detail {

/// `model.layers.` and 12 of `model.layers.12.mlp.up_proj.weight`: up to the first part of a name that is a number.
///
/// The text is empty where there is none.
inline std::pair<std::string, std::size_t> layer_of(std::string_view tensor) {
    const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
    for (std::size_t begin = 0, end; (end = tensor.find('.', begin)) != tensor.npos; begin = end + 1) {
        const auto part = tensor.substr(begin, end - begin);
        if (!part.empty() && part.size() < 10 && std::all_of(part.begin(), part.end(), digit))
            return {std::string(tensor.substr(0, begin)), std::stoul(std::string(part))};
    }
    return {};
}

}  // namespace detail

/// A transformer by depth: its layers, from the embeddings on, in `buckets` runs of as equal a length as can be, and
/// what is outside of the layers as the group "rest".
/// @throws input_error where there are more buckets than layers
inline tensor_groups groups_by_depth(std::span<const std::string> tensors, std::size_t buckets) {
    std::map<std::size_t, std::string> layers;  // index -> pattern
    for (const std::string& tensor : tensors)
        if (const auto [prefix, index] = detail::layer_of(tensor); !prefix.empty())
            layers[index] = prefix + to_string(index) + ".*";
    if (buckets == 0 || buckets > layers.size())
        throw input_error(to_string(layers.size()) + " layers cannot be divided into " + to_string(buckets) +
                          " groups");
    std::vector<tensor_group> groups;  // (buckets)
    std::size_t i = 0, first = 0;
    for (const auto& [index, pattern] : layers) {
        if (i++ * buckets / layers.size() == groups.size()) {
            groups.emplace_back();
            first = index;
        }
        groups.back().patterns.push_back(pattern);
        groups.back().name = "layers " + to_string(first) + " to " + to_string(index);
    }
    return complete_groups({std::move(groups)}, tensors);
}

}  // namespace bouillon
